export default function Invitations(_props: { group: string }) {
  return null;
}
