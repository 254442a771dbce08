export default function Settings(_props: { section?: string }) {
  return null;
}
