import type { Command } from 'commander';
import { EXIT_CODES } from '../cli/failure.ts';
import { buildProgram, leavesOf } from '../cli/program.ts';

const WIDTH = 120;

/** The page about the command line, made from the commands themselves: what `--help` of each says. */
export const cliPage = (): string => {
  const commands = leavesOf(buildProgram()).filter((each) => !nameOf(each).includes('__'));
  return `# The command line

Made from the commands by \`npm run docs\`; a test compares. \`hatcheck COMMAND --help\` says the same.

\`npm run build\` makes one file of it, \`dist/cli/hatcheck.cjs\`, with a package.json beside it: \`npm i -g ./dist/cli\` installs it, and \`npm pack ./dist/cli\` makes
what can be installed elsewhere. In a clone, \`npx hatcheck\` runs the sources.

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
| \`HATCHECK_KEYRING\` | \`off\`: do without the system’s keyring |
| \`HATCHECK_DEBUG\` | show where a fault of hatcheck itself happened |
| \`NO_COLOR\`, \`FORCE_COLOR\` | no colours at a terminal, or colours anywhere |

Whatever is secret there (the sign-in, credentials) is in files of 0600 in a folder of 0700, each replaced as a whole, and sealed under a key that only the system’s
keyring has (macOS Keychain, Windows Credential Manager, the Secret Service of Linux desktops). Where there is no keyring, or it refuses, \`hatcheck login\` says so
once, and the files are all there is. \`hatcheck logout\` takes it all away, the key too.

No secret is an argument of any command: an ID token is read from its file, or from stdin. None is printed but where it is asked for: \`credentials\` on stdout, \`console --print\`. What is known of entitlements and which server was
signed in at are kept in the same folder, and are no secret.

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
