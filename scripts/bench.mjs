/** `npm run bench [-- NAME [ARGUMENTS]]`: from a bare clone to measured speed; all benchmarks in turn unless one is named. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { bootstrap } from './bootstrap.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [wanted, ...args] = process.argv.slice(2);
const names = readdirSync(new URL('../bench', import.meta.url))
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.slice(0, -'.bench.ts'.length));

/** @param {string} name @param {string[]} given */
async function run(name, given) {
  const { main } = await import(new URL(`../build/bench/${name}.bench.js`, import.meta.url).href);
  return await main(given, root);
}

if (wanted !== undefined && !names.includes(wanted)) {
  process.stderr.write(`npm run bench [-- NAME [ARGUMENTS]], where NAME is one of ${names.join(', ')}\n`);
  process.exit(2);
}
bootstrap({ buildToo: true });
for (const name of wanted === undefined ? names : [wanted]) {
  if (wanted === undefined) process.stdout.write(`\n== ${name}\n`);
  const code = await run(name, wanted === undefined ? [] : args);
  process.exitCode = process.exitCode || code;
}
