import type { Command } from 'commander';
import { EXIT_CODES } from '../cli/failure.ts';
import { buildProgram, leavesOf } from '../cli/program.ts';

const WIDTH = 120;

/** The page about the command line, made from the commands themselves: what `--help` of each says. */
export const cliPage = (): string => {
  const commands = leavesOf(buildProgram()).filter((each) => !nameOf(each).includes('__'));
  return `# The command line

Made from the commands by \`npm run docs\`; a test compares. \`hatcheck COMMAND --help\` says the same.

## How a command ends

| exit code | kind | means |
|---|---|---|
| 0 | | done |
${Object.entries(EXIT_CODES)
  .map(([code, { kind, means }]) => `| ${code} | \`${kind}\` | ${means} |\n`)
  .join('')}
A failure is one line on stderr: what is wrong, the problem's code ([errors.md](errors.md)) where the server said no, and what to do next. With \`--json\` it is
\`{"error": {"exitCode", "kind", "code", "message", "next"}}\`, and stdout is JSON or empty. \`hatcheck exec\` ends as the command that it ran.

## What it heeds, and what it keeps

| variable | means |
|---|---|
| \`HATCHECK_SERVER\` | the address of Hatcheck, where \`--server\` does not say; else the one that \`hatcheck login --server\` named last |
| \`HATCHECK_CONFIG_DIR\` | where it keeps things; else \`hatcheck\` in \`XDG_CONFIG_HOME\` or \`~/.config\` |
| \`NO_COLOR\`, \`FORCE_COLOR\` | no colours at a terminal, or colours anywhere |

Whatever is secret there is in files of 0600 in a folder of 0700, each replaced as a whole. \`hatcheck logout\` takes it away.

## Commands

| command | does |
|---|---|
${commands.map((each) => `| [\`${nameOf(each)}\`](#${nameOf(each).replaceAll(' ', '-')}) | ${each.description()} |\n`).join('')}
${commands.map(section).join('\n')}`;
};

const nameOf = (command: Command): string =>
  command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

const section = (command: Command): string => `### ${nameOf(command)}

\`\`\`
${helpOf(command)}
\`\`\`
`;

const helpOf = (command: Command): string => {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return help.trim();
};
