/**
 * What people touch: the shell of a client and the console of a tracker. The process itself begins in
 * main.ts; here is what it runs.
 */
export { runMbt } from './mbt.ts';
