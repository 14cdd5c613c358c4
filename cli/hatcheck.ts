#!/usr/bin/env node
import { quickCredentials } from './quick.ts';
import { version } from './version.ts';

/** What is asked for at every prompt, and at every call of the AWS CLI, is answered before anything more is loaded. */
const main = async (words: readonly string[]): Promise<void> => {
  const quick = words.length === 1 && words[0] === '--version' ? `${version()}\n` : await credentials(words);
  if (quick !== undefined) process.stdout.write(quick);
  else {
    const { run } = await import('./run.ts');
    await run(words);
  }
};

const credentials = (words: readonly string[]): Promise<string | undefined> =>
  quickCredentials(words, process.env, Date.now());

void main(process.argv.slice(2));
