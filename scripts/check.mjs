/** `npm run check`: the quick checks, for use while writing. */
import { bootstrap } from './bootstrap.mjs';
import { checks, runCheck } from './checks.mjs';

bootstrap({ buildToo: false });
const failed = checks.filter((check) => !runCheck(check)).length;
process.exitCode = failed === 0 ? 0 : 1;
