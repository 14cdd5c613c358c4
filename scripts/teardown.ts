import { atTerminal } from './deploy/at-terminal.ts';
import { TEARDOWN_HELP, teardownOptions } from './deploy/options.ts';
import { runIn } from './deploy/serverless-command.ts';
import { teardown } from './deploy/teardown.ts';

await atTerminal({
  help: TEARDOWN_HELP,
  optionsOf: teardownOptions,
  run: (options, terminal) => teardown(options, { ...terminal, run: runIn(terminal.folder) }),
});
