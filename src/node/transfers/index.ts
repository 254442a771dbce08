/** Files and peers of a node: shares, downloads, swarms at work. */
export { openTransfers } from './transfers.ts';
