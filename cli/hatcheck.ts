#!/usr/bin/env node
import { version } from './version.ts';

const words = process.argv.slice(2);

// Asked at every prompt by some: nothing more is loaded for it.
if (words.length === 1 && (words[0] === '--version' || words[0] === '-V')) process.stdout.write(`${version()}\n`);
else {
  const { run } = await import('./run.ts');
  await run(words);
}
