import { Argument, type Command } from 'commander';
import { type OnServer, serverOption } from '../place.ts';
import type { Shell } from '../completion-scripts.ts';

const EXAMPLES = `
Examples:
  echo 'eval "$(hatcheck completion bash)"' >> ~/.bashrc
  hatcheck completion zsh > "\${fpath[1]}/_hatcheck"
  hatcheck completion fish > ~/.config/fish/completions/hatcheck.fish
  hatcheck completion powershell | Out-String | Invoke-Expression    # in $PROFILE

Entitlements are completed as hatcheck saw them last; it does not ask the server at every key.`;

/** What completes the words of the others, and, hidden, what the shells ask for that. */
export const addCompletionCommands = (program: Command): void => {
  program
    .command('completion')
    .description('what makes your shell complete commands, options and entitlements')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish', 'powershell']))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const { COMPLETION_SCRIPTS } = await import('../completion-scripts.ts');
      process.stdout.write(COMPLETION_SCRIPTS[shell]);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .option('--current <word>', 'what is being typed', '')
    .addOption(serverOption().hideHelp())
    .action(async ([, ...before]: string[], { current, ...options }: OnServer & { current: string }) => {
      const [{ candidates }, { knownEntitlements }, { placeOf }] = await Promise.all([
        import('../completion.ts'),
        import('../entitlements.ts'),
        import('../place.ts'),
      ]);
      const found = candidates(program, { before, current }, await knownEntitlements(await placeOf(options)));
      process.stdout.write(found.map((each) => `${each}\n`).join(''));
    });
};
