/** `npm run bench [-- MIB [RUNS]]`: from a bare clone to measured speed. */
import { fileURLToPath } from 'node:url';

import { bootstrap } from './bootstrap.mjs';

bootstrap({ buildToo: true });
const { main } = await import(new URL('../build/bench/one-to-one.js', import.meta.url).href);
process.exitCode = await main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)));
