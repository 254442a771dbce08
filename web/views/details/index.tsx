export default function Details(_props: { group: string; file: string }) {
  return null;
}
