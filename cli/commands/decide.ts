import { Argument, type Command } from 'commander';
import type { ActName, Verdict } from '../deciding/acts.ts';
import type { DecideOptions } from '../deciding/act.ts';
import { serverOption } from '../place.ts';

const ID = 'its id, the beginning of it, or last';

interface Described {
  readonly does: string;
  /** Flags, and what they mean. */
  readonly options: readonly (readonly [flags: string, means: string])[];
  readonly examples: string;
}

const BECAUSE = ['--because <text>', 'why'] as const;
const BUNDLE = ['--bundle', 'and on everything that was asked for together with it'] as const;
const SEQ = ['--seq <number>', 'refuse where something has changed since it was shown with this seq'] as const;

const ACTS: Readonly<Record<ActName, Described>> = {
  approve: {
    does: 'say yes to a request, or to more time on a grant; it is shown first',
    options: [
      ['--comment <text>', 'for whoever asked'],
      ['--for <duration>', 'to less than was asked for'],
      ['--at <time>', 'to a later start, such as 14:30 or +2h'],
      ...[BUNDLE, SEQ],
      ['--yes', 'without being shown it; needs the whole id'],
    ],
    examples: 'hatcheck approve\n  hatcheck approve last --for 30m --comment "half of it will do"',
  },
  deny: {
    does: 'say no to a request, or to more time on a grant',
    options: [BECAUSE, BUNDLE, SEQ],
    examples: 'hatcheck deny r_ABCD --because "not on a Friday"',
  },
  revoke: {
    does: 'take back what somebody was granted, and end its sessions',
    options: [BECAUSE],
    examples: 'hatcheck revoke r_ABCD --because "the laptop is lost"',
  },
  cancel: { does: 'take back your own request that is pending', options: [], examples: 'hatcheck cancel last' },
  end: { does: 'give back early what you were granted', options: [], examples: 'hatcheck end last' },
  extend: {
    does: 'get, or ask for, more time on your grant',
    options: [['--for <duration>', 'how much longer'], BECAUSE],
    examples: 'hatcheck extend last --for 30m --because "the restore is slow"',
  },
};

const NAMES = ['approve', 'deny', 'revoke', 'cancel', 'end', 'extend'] as const satisfies readonly ActName[];

/** What people do with requests; the act itself is loaded when it is done. */
export const addDecideCommands = (program: Command): void => {
  for (const name of NAMES) {
    const { does, options, examples } = ACTS[name];
    const command = program.command(name).description(does).argument('[request]', ID);
    for (const [flags, means] of options) command.option(flags, means);
    command
      .addOption(serverOption())
      .addHelpText('after', `\nExamples:\n  ${examples}`)
      .action(async (given: string | undefined, chosen: DecideOptions) => {
        const [{ act }, acts] = await Promise.all([import('../deciding/act.ts'), import('../deciding/acts.ts')]);
        await act({ ...acts.ACTS[name], action: name }, given, chosen);
      });
  }
  program
    .command('verdict')
    .description('say what somebody else’s break-glass was, once or while it lasts')
    .argument('[request]', ID)
    .addArgument(new Argument('[verdict]', 'what it was').choices(['justified', 'unjustified'] satisfies Verdict[]))
    .option(...BECAUSE)
    .addOption(serverOption())
    .addHelpText(
      'after',
      '\nExample:\n  hatcheck verdict r_ABCD justified --because "db-1 was down, and nobody answered"',
    )
    .action(async (given: string | undefined, verdict: Verdict | undefined, chosen: DecideOptions) => {
      const [{ act }, { reviewBy }] = await Promise.all([import('../deciding/act.ts'), import('../deciding/acts.ts')]);
      await act({ ...reviewBy(verdict), action: 'review' }, given, chosen);
    });
};
