/** `npm run payloads`: brings the payloads into the cache, and says so only when there is something to do. */
import { ensurePayloads } from './payloads.ts';

try {
  await ensurePayloads((line) => console.error(`armhyp: ${line}`));
} catch (error) {
  console.error(`armhyp: no payloads: ${(error as Error).message}`);
  process.exitCode = 1;
}
