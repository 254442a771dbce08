/** `npm run demo [-- FILE]`: from a bare clone to the main job on real bytes between real processes. */
import { fileURLToPath } from 'node:url';

import { bootstrap } from './bootstrap.mjs';

bootstrap({ buildToo: true });
const { main } = await import(new URL('../build/scripts/demo/main.js', import.meta.url).href);
process.exitCode = await main(process.argv.slice(2), fileURLToPath(new URL('..', import.meta.url)));
