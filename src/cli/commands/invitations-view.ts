import { renderUnicodeCompact } from 'uqr';
import type { Invitation } from '../../node/index.ts';
import type { View } from '../output/output.ts';
import { tableView } from '../output/table.ts';
import { formatDate, isoDate } from '../text/format.ts';

export const invitationsView = tableView<Invitation>([
  { heading: 'INVITATION', plain: (row) => row.id },
  { heading: 'STATE', plain: (row) => row.state },
  { heading: 'USED', plain: (row) => `${row.used}/${row.uses}`, align: 'right' },
  { heading: 'ACCEPTS', plain: (row) => (row.auto ? 'by itself' : 'you') },
  { heading: 'ENDS', plain: (row) => isoDate(row.expiresAtMs), human: (row) => formatDate(row.expiresAtMs) },
]);

/** The link alone for programs; for people the link on a line of its own, and a QR code where the terminal has room. */
export const linkView: View<Pick<Invitation, 'link'>> = {
  plain: ({ link }) => [link],
  human: (rows, columns) => rows.flatMap(({ link }) => [...codeOf(link, columns), link]),
};

/** The quiet margin that scanners want, in modules; the terminal's own ground gives the rest. */
const BORDER = 2;

function codeOf(link: string, columns: number): string[] {
  const lines = renderUnicodeCompact(link, { ecc: 'L', border: BORDER }).split('\n');
  return (lines[0]?.length ?? 0) < columns ? lines : [];
}
