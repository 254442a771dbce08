import type { InvitationLink } from '../../api/index.ts';
import { CommandError } from '../../base/index.ts';
import type { RemoteNode } from '../../local/index.ts';
import { AnswerWatch } from '../commands/await-answer.ts';
import { recoveryCodeView } from '../commands/create-user.ts';
import { filesView } from '../commands/list-files.ts';
import type { CommandOutput } from '../output/output.ts';
import type { Call, CommandDone } from '../shell/command.ts';
import { count, formatDate } from '../text/format.ts';
import { findOrStart } from './node-control.ts';
import { type Outer, outerCommand } from './outer-command.ts';

interface JoinOptions {
  readonly new: string | undefined;
  readonly user: string | undefined;
  readonly remember: boolean;
  readonly wait: boolean;
}

/** Of questions at a terminal. */
const TRIES_MAX = 4;
const PASSWORD_CODES: ReadonlySet<string> = new Set(['INVALID_ARGUMENTS', 'WEAK_PASSWORD', 'WRONG_PASSWORD']);
const NAME_CODES: ReadonlySet<string> = new Set(['INVALID_NAME', 'USER_EXISTS', 'NO_SUCH_USER']);

type JoinCall = Call<Outer, readonly [string], JoinOptions>;

export const join = outerCommand({
  name: 'join',
  topic: 'The first steps',
  params: [{ name: 'link', kind: 'invitation' }],
  options: {
    new: { kind: 'text', value: 'name', summary: 'make an account of this name, and log in' },
    user: { kind: 'text', value: 'name', summary: 'log in as this user' },
    remember: { kind: 'flag', summary: 'log in by itself after a restart of this machine' },
    wait: { kind: 'flag', summary: 'wait for the answer, as is usual at a terminal' },
  },
  summary: 'follow an invitation: account, request, files',
  teaches: [
    'On a fresh machine it starts a node with the trackers of the invitation and asks for all that is needed. While',
    'it waits for the answer, Ctrl-C leaves; the request stands, and the node goes on waiting.',
  ],
  example: 'join mbt://join/AbC...',
  async run(call) {
    const { target, args, out, clock, signal } = call;
    const invitation = await readInvitation(args[0], clock.wallMs());
    out.notice(`${invitation.inviter} invites you to the group ${invitation.group}`);
    const node = await findOrStart(target.dataDir, out, clock, signal);
    const answers = new AnswerWatch(node, clock);
    try {
      await enter(call, node);
      return await ask(call, node, invitation, answers);
    } finally {
      answers.close();
      await node.close();
    }
  },
});

/** INVALID_INVITATION before anything is started for it. */
async function readInvitation(link: string, nowMs: number): Promise<InvitationLink> {
  const { parseInvitation } = await import('../../api/index.ts');
  const invitation = parseInvitation(link);
  if (invitation.expiresAtMs > nowMs) return invitation;
  throw new CommandError(
    'INVALID_INVITATION',
    `this invitation ended on ${formatDate(invitation.expiresAtMs)}: ask ${invitation.inviter} for a new one`,
  );
}

/** Sets the node up and logs in, as far as that is not done yet. */
async function enter(call: JoinCall, node: RemoteNode): Promise<void> {
  const { args, options, out } = call;
  if (options.new !== undefined && options.user !== undefined)
    throw new CommandError(
      'INVALID_ARGUMENTS',
      '--new makes an account, --user logs in to one: give one of them',
    );
  let state = await node.nodeStatus();
  if (state.state === 'not-set-up') state = await node.setUp({ invitation: args[0] });
  if (state.user !== null) return out.notice(`you are logged in as ${state.user}`);
  for (let tries = 1; ; tries += 1) {
    try {
      return await logIn(call, node);
    } catch (error) {
      if (tries === TRIES_MAX || !mayBeMistyped(error, call)) throw error;
      out.warning(error.message);
    }
  }
}

/** At a terminal another try may help, unless what is wrong is a name of the command line. */
function mayBeMistyped(error: unknown, { target, options }: JoinCall): error is CommandError {
  if (!target.ask.isPerson || !(error instanceof CommandError)) return false;
  const isNameGiven = options.new !== undefined || options.user !== undefined;
  return PASSWORD_CODES.has(error.code) || (!isNameGiven && NAME_CODES.has(error.code));
}

async function logIn(call: JoinCall, node: RemoteNode): Promise<void> {
  const { target, out, signal } = call;
  const account = await whichAccount(call);
  const password = account.isNew ? await newPassword(call) : await target.ask.secret('Password: ', signal);
  if (account.isNew) {
    const created = await node.createUser(account.name, password);
    if (created.weakness !== undefined) out.notice(`weak password: ${created.weakness}`);
    out.rows(recoveryCodeView, [created]);
  }
  const remember = await staysLoggedIn(call).catch((error: unknown) => {
    throw account.isNew ? madeAlready(account.name, error) : error;
  });
  const { user } = await node.login(account.name, password, remember);
  out.notice(`logged in as ${user}${remember ? ', and by itself after a restart' : ''}`);
}

/** Who stops after the account was made comes back as its user. */
const madeAlready = (name: string, cause: unknown): CommandError =>
  new CommandError(
    'INTERRUPTED',
    `the account ${name} is made, and not logged in: type this again with --user ${name}`,
    { cause },
  );

async function whichAccount({ target: { ask }, options, signal }: JoinCall) {
  if (options.new !== undefined) return { name: options.new, isNew: true };
  if (options.user !== undefined) return { name: options.user, isNew: false };
  if (!ask.isPerson)
    throw new CommandError(
      'NOT_LOGGED_IN',
      'nobody is logged in, and there is no terminal to ask at: add --new NAME or --user NAME, with the password as a line of standard input',
    );
  const has = await ask.line('Have you an account with these people already? [y/N] ', signal);
  const isNew = !/^y(es)?$/i.test(has);
  const name = await ask.line(isNew ? 'Choose a name for it: ' : 'Your name there: ', signal);
  if (name === '') throw new CommandError('INVALID_ARGUMENTS', 'a name is needed; nothing was done');
  return { name, isNew };
}

async function newPassword({ target: { ask }, signal }: JoinCall): Promise<string> {
  const password = await ask.secret('Choose a password: ', signal);
  if (password !== '' && password === (await ask.secret('The same again: ', signal, true))) return password;
  const why = password === '' ? 'a password is needed' : 'the two passwords differ';
  throw new CommandError('INVALID_ARGUMENTS', `${why}; no account was made`);
}

async function staysLoggedIn({ target: { ask }, options, signal }: JoinCall): Promise<boolean> {
  if (options.remember || !ask.isPerson) return options.remember;
  return !/^n(o)?$/i.test(await ask.line('Log in by itself when this machine restarts? [Y/n] ', signal));
}

async function ask(
  call: JoinCall,
  node: RemoteNode,
  { group }: InvitationLink,
  answers: AnswerWatch,
): Promise<CommandDone> {
  const { target, options, args, out, signal } = call;
  let inGroup = group;
  try {
    const asked = await node.joinByInvitation(args[0]);
    inGroup = asked.group;
    out.notice(`asked ${asked.owner} to let you into ${asked.group}`);
  } catch (error) {
    const code = error instanceof CommandError ? error.code : undefined;
    if (code === 'ALREADY_MEMBER') return filesOf(node, inGroup, out);
    if (code !== 'ALREADY_REQUESTED') throw error;
  }
  if (!options.wait && !target.ask.isPerson)
    return {
      text: `your request to join ${inGroup} stands; mbt list_groups tells when you are in`,
      fields: { group: inGroup },
    };
  out.notice('waiting for the answer (Ctrl-C leaves; the request stands, and the node goes on)');
  try {
    await answers.wait(inGroup, signal);
  } catch (error) {
    if (!(error instanceof CommandError && error.code === 'INTERRUPTED')) throw error;
    return {
      text: `your request to join ${inGroup} stands; mbt list_groups tells when you are in`,
      fields: { group: inGroup },
    };
  }
  return filesOf(node, inGroup, out);
}

async function filesOf(node: RemoteNode, group: string, out: CommandOutput): Promise<CommandDone> {
  const files = await node.listFiles(group);
  out.rows(filesView, files);
  const next =
    files.length === 0 ? `mbt upload_file PATH ${group}` : `mbt download_file ${group} FILE FOLDER`;
  return {
    text: `you are a member of ${group}, which has ${count(files.length, 'file')}; next: ${next}, or mbt web`,
    fields: { group, count: files.length },
  };
}
