/** `npm run docs`: brings what is made from the code in docs/ up to date. */
import { bootstrap, root } from './bootstrap.mjs';

bootstrap({ buildToo: true });
const { main } = await import(new URL('../build/scripts/docs/main.js', import.meta.url).href);
main(root);
