import { fileURLToPath } from 'node:url';
import { askerAt } from '../cli/asker.ts';
import { awsCloud } from './deploy/aws-cloud.ts';
import { inWords } from './deploy/deploy.ts';
import { TEARDOWN_HELP, UsageError, teardownOptions } from './deploy/options.ts';
import { runIn } from './deploy/serverless-command.ts';
import { teardown } from './deploy/teardown.ts';

const FOLDER = fileURLToPath(new URL('..', import.meta.url));

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  const options = teardownOptions(process.argv.slice(2));
  if (!options) process.stdout.write(TEARDOWN_HELP);
  else {
    process.exitCode = await teardown(options, {
      folder: FOLDER,
      cloud: (region) => awsCloud({ region }),
      run: runIn(FOLDER),
      asker: askerAt({}),
      say,
    });
  }
} catch (error) {
  process.stderr.write(`${inWords(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
