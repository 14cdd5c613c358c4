import { writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { countFacts } from './count.ts';

/** `node test/bench/sizing/run.ts` counts anew what docs/sizing.md is reckoned from; `npm run docs` writes the page. */
const FILE = new URL('../../../scripts/sizing/counted.json', import.meta.url);

const facts = await countFacts();
await writeFile(FILE, await format(JSON.stringify(facts), { parser: 'json', printWidth: 120 }));
