import { atTerminal } from './deploy/at-terminal.ts';
import { deploy } from './deploy/deploy.ts';
import { DEPLOY_HELP, deployOptions } from './deploy/options.ts';
import { runIn } from './deploy/serverless-command.ts';

await atTerminal({
  help: DEPLOY_HELP,
  optionsOf: deployOptions,
  run: (options, terminal) => deploy(options, { ...terminal, run: runIn(terminal.folder) }),
});
