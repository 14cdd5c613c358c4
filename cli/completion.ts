import type { Argument, Command, Option } from 'commander';

/** What a shell has so far: the whole words before the one that is being typed, and that one. */
export interface Typed {
  readonly before: readonly string[];
  readonly current: string;
}

/**
 * What may stand there, in order: commands, options, values of a fixed choice, and entitlements.
 * @param entitlements as they were seen last; the network is not asked at every key
 */
export const candidates = (
  program: Command,
  { before, current }: Typed,
  entitlements: readonly string[],
): readonly string[] => {
  const { command, rest } = commandIn(program, before);
  if (rest.includes('--')) return [];
  const awaiting = command.options.find((option) => takesValue(option) && isNamed(option, rest.at(-1)));
  const found = awaiting
    ? valuesOf(awaiting, entitlements)
    : current.startsWith('-')
      ? command.options.flatMap(({ long, hidden }) => (long !== undefined && !hidden ? [long] : []))
      : wordsOf(command, operandsIn(command, rest).length, entitlements);
  return found.filter((each) => each.startsWith(current));
};

const commandIn = (program: Command, words: readonly string[]): { command: Command; rest: readonly string[] } => {
  const [first, ...others] = words;
  const found = program.commands.find((each) => each.name() === first);
  return found ? commandIn(found, others) : { command: program, rest: words };
};

const wordsOf = (command: Command, operands: number, entitlements: readonly string[]): readonly string[] => {
  if (command.commands.length > 0)
    return command.commands.map((each) => each.name()).filter((name) => !name.startsWith('_'));
  const last = command.registeredArguments.at(-1);
  const argument = command.registeredArguments[operands] ?? (last?.variadic ? last : undefined);
  return argument ? valuesOf(argument, entitlements) : [];
};

/** By the names that the commands give to what they take. */
const valuesOf = (taken: Argument | Option, entitlements: readonly string[]): readonly string[] => {
  const choices = taken.argChoices;
  if (choices) return choices;
  const named = 'flags' in taken ? taken.flags : taken.name();
  return /\bentitlements?\b/.test(named) ? entitlements : [];
};

const takesValue = ({ required, optional }: Option): boolean => required || optional;

const isNamed = ({ long, short }: Option, word: string | undefined): boolean =>
  word !== undefined && (word === long || word === short);

const operandsIn = ({ options }: Command, rest: readonly string[]): readonly string[] =>
  rest.filter((word, index) => {
    const option = options.find((each) => takesValue(each) && isNamed(each, rest[index - 1]));
    return option === undefined && !word.startsWith('-');
  });
