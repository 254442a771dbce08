// What a node in a process of its own needs besides its files and sockets: one group, told by the JSON file in its first
// argument. It knows the members by their certificates, and no tracker.
import { readFileSync } from 'node:fs';

/** Built modules, found at run time: workers and children run what is built, and their types are checked at the source. */
export const built = (/** @type {string} */ path) =>
  import(new URL(`../../dist/${path}`, import.meta.url).href);
const { sha256Hex, utf8 } = await built('base/index.js');

/** @type {any} */
export const told = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));

export const nothing = () => undefined;
export const say = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

/**
 * The session's half of the node, for transfers.
 *
 * @param {string} label
 * @param {any} more presence and shares
 * @returns {any}
 */
export function accessOf(label, more) {
  const { gid, uid, userDir, credentials, userByCertificate } = told;
  const gate = {
    requireMember: async (/** @type {string} */ group) => ({ gid, label: group }),
    memberGroups: () => [{ gid, label: 'lab' }],
    contextFor: () => ({ gid, epoch: 1, ...credentials, authorityPem: utf8(credentials.authorityPem) }),
    admit: (/** @type {string} */ _gid, /** @type {Uint8Array} */ der) => {
      const user = userByCertificate[sha256Hex(der)];
      return user ? { user } : { refused: 'no such member' };
    },
    labelOf: (/** @type {string} */ user) => user.slice(0, 8),
    labelOfGroup: () => 'lab',
    onGroupChanged: () => nothing,
    newsDigest: () => new Uint8Array(32),
    newsFor: () => [],
    applyNews: () => false,
  };
  return { uid, deviceKey: `${uid}/${label}`, label, userDir, gate, ...more };
}
