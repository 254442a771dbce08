import { CommandError } from '../../base/index.ts';
import { count, formatDate } from '../text/format.ts';
import { invitationsView, linkView } from './invitations-view.ts';
import { GROUP, nodeCommand } from './node-command.ts';

const WEEK_SECONDS = 7 * 86_400;
const EXPIRES_SECONDS_MIN = 60;
const EXPIRES_SECONDS_MAX = 366 * 86_400;
const USES_MAX = 1000;

export const invite = nodeCommand({
  name: 'invite',
  topic: 'Groups you own',
  params: [GROUP],
  options: {
    expires: { kind: 'duration', value: 'time', summary: 'until when it can be used: 12h, 7d, 2w (7d)' },
    uses: { kind: 'count', value: 'people', summary: 'how many may use it (1)' },
    auto: { kind: 'flag', summary: 'let them in without asking you, while your node is online' },
  },
  summary: 'make a link that lets people ask to join',
  teaches: [
    'Send it to those you mean, and to nobody else: with it a new machine finds the trackers and the group, and',
    'their request is proven to come from its holder, so that no codes need be compared. It opens by mbt join',
    'LINK, or on the page. list_invitations shows how often it was used; withdraw_invitation makes it void.',
    'Invitations are kept on the machine that made them.',
  ],
  example: 'invite band --expires 3d --uses 5',
  async run({ target, args: [group], options, out }) {
    const { expires = WEEK_SECONDS, uses = 1, auto } = options;
    checkTerms(expires, uses);
    const made = await target.invite(group, { expiresInSeconds: expires, uses, auto });
    out.rows(linkView, [made]);
    const who = made.auto ? 'they are let in while your node is online' : 'you accept each: list_requests';
    return {
      text: `invitation ${made.id} to ${group} for ${count(made.uses, 'person', 'people')} until ${formatDate(made.expiresAtMs)}; ${who}`,
      fields: { ...made },
    };
  },
});

function checkTerms(expires: number, uses: number): void {
  if (expires < EXPIRES_SECONDS_MIN || expires > EXPIRES_SECONDS_MAX)
    throw new CommandError('INVALID_ARGUMENTS', '--expires is between 1m and 366d');
  if (uses > USES_MAX) throw new CommandError('INVALID_ARGUMENTS', `--uses is from 1 to ${USES_MAX}`);
}

export const listInvitations = nodeCommand({
  name: 'list_invitations',
  topic: 'Groups you own',
  params: [GROUP],
  summary: 'invitations that this machine made',
  teaches: ['open, used-up, expired or withdrawn. Their links are not shown again here; --json has them.'],
  example: 'list_invitations band',
  async run({ target, args: [group], out }) {
    const invitations = await target.listInvitations(group);
    out.rows(invitationsView, invitations);
    return { text: count(invitations.length, 'invitation'), fields: { count: invitations.length } };
  },
});

export const withdrawInvitation = nodeCommand({
  name: 'withdraw_invitation',
  topic: 'Groups you own',
  params: [GROUP, { name: 'invitation', kind: 'text' }],
  summary: 'make an invitation void',
  teaches: ['Who was let in by it stays a member; requests that come by it from now on are turned down.'],
  example: 'withdraw_invitation band 4f1c2a9be0d37712',
  async run({ target, args: [group, id] }) {
    await target.withdrawInvitation(group, id);
    return { text: `invitation ${id} to ${group} is void` };
  },
});
