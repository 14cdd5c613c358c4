import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.ts';
import { type Cell, tableLines } from './shown/table.ts';

export interface Question {
  /** Taken for an empty answer. */
  readonly otherwise?: string;
  /** What is wrong with an answer; it is asked again then. */
  readonly wrong?: (answer: string) => string | undefined;
}

export interface Choice<T> {
  readonly value: T;
  /** What it is picked by, and shown as first. */
  readonly name: string;
  readonly more: readonly Cell[];
}

/**
 * Somebody at a terminal who can be asked for what is missing, in lines that stay: a menu that redraws itself is lost on a screen reader, and on
 * whoever scrolls back to see what they answered. @throws Failure 130 when they leave instead
 */
export interface Asker {
  readonly ask: (question: string, options?: Question) => Promise<string>;
  readonly choose: <T>(question: string, choices: readonly Choice<T>[]) => Promise<T>;
  /** No, unless they say yes. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** Nobody where a program reads or writes: questions are then neither shown nor answered. */
export const askerAt = ({ json = false }: { readonly json?: boolean }): Asker | undefined =>
  !json && process.stdin.isTTY && process.stderr.isTTY ? asking(answerTo, note, dropTypedAhead) : undefined;

/**
 * @param answerTo shows a question and reads one line
 * @param show one line
 * @param forget what was typed before the question that comes
 */
export const asking = (
  answerTo: (question: string) => Promise<string>,
  show: (line: string) => void,
  forget: () => Promise<void>,
): Asker => {
  const ask: Asker['ask'] = async (question, { otherwise, wrong } = {}) => {
    for (;;) {
      const answer = (await answerTo(`${question}${otherwise === undefined ? '' : ` [${otherwise}]`}: `)).trim();
      const taken = answer === '' ? otherwise : answer;
      const fault = taken === undefined ? 'it is needed' : wrong?.(taken);
      if (taken !== undefined && fault === undefined) return taken;
      show(`  ${fault ?? ''}`);
    }
  };
  return {
    ask,
    choose: async (question, choices) => {
      show(question);
      for (let left = choices; ;) {
        for (const line of menuOf(left)) show(line);
        const picked = pick(left, await ask('its number, or a part of it'));
        const [only, ...others] = picked;
        if (only && others.length === 0) return only.value;
        if (!only) show('  there is none like that');
        left = only ? picked : choices;
      }
    },
    confirm: async (question) => {
      await forget();
      return /^y(es)?$/i.test((await answerTo(`${question} [y/N]: `)).trim());
    },
  };
};

const menuOf = (choices: readonly Choice<unknown>[]): readonly string[] =>
  tableLines(choices.map(({ name, more }, at) => [`  ${at + 1}`, name, ...more]));

/** By its number, or its whole name, or a part of it. */
const pick = <T>(choices: readonly Choice<T>[], answer: string): readonly Choice<T>[] => {
  const numbered = /^\d{1,3}$/.test(answer) ? choices[Number(answer) - 1] : undefined;
  if (numbered) return [numbered];
  const sought = answer.toLowerCase();
  const exact = choices.filter(({ name }) => name.toLowerCase() === sought);
  return exact.length > 0 ? exact : choices.filter(({ name }) => name.toLowerCase().includes(sought));
};

const note = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** As long as the terminal takes to hand over what it has. */
const HANDOVER_MS = 50;

/** A yes that was typed before anything was shown is a yes to nothing. */
const dropTypedAhead = async (): Promise<void> => {
  const { stdin } = process;
  const drop = (): void => undefined;
  // Raw, or the line that is not ended yet would stay.
  stdin.setRawMode(true).on('data', drop).resume();
  await sleep(HANDOVER_MS);
  stdin.off('data', drop).pause().setRawMode(false);
};

/** NB. while a line is being edited Ctrl-C is a key and no signal. */
const answerTo = (question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = createInterface({ input: process.stdin, output: process.stderr });
    const leave = (): void => {
      reader.close();
      process.stderr.write('\n');
      reject(new Failure(130, 'interrupted', { next: 'nothing is half done' }));
    };
    reader.once('SIGINT', leave);
    reader.once('close', leave);
    reader.question(question, (answer) => {
      reader.off('close', leave);
      reader.close();
      resolve(answer);
    });
  });
