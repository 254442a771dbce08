import type { Invitation } from '../../../src/node/commands.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { CopyField } from '../../ui/show.tsx';
import { formatTime } from '../../text/format.ts';
import { QrCode } from './qr-code.tsx';

interface InvitationDialogProps {
  readonly invitation: Invitation;
  readonly onClose: () => void;
}

/** The link of an invitation, to copy or to photograph. */
export function InvitationDialog({ invitation, onClose }: InvitationDialogProps) {
  const { group, link, expiresAtMs, uses, used, auto } = invitation;
  const left = Math.max(1, uses - used);
  return (
    <Dialog
      title={`Invitation to ${group}`}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div class="form invitation">
        <p>
          Send this link to {left === 1 ? 'the person' : `up to ${left} people`} you want in{' '}
          <bdi>{group}</bdi>, by a way that others do not read. It is good until {formatTime(expiresAtMs)}.
        </p>
        <CopyField label="Invitation link" value={link} />
        <QrCode text={link} />
        <p class="hint">
          They open it with <span class="mono">mbt join LINK</span>, or by “Join a group” on their page.{' '}
          {auto
            ? 'They are let in by themselves while this node is running.'
            : 'Then they ask to join, and you accept them here.'}
        </p>
      </div>
    </Dialog>
  );
}
