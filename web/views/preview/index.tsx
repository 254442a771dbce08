export default function Preview(_props: { group: string; file: string; path?: string }) {
  return null;
}
