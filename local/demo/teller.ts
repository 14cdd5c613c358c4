import { styleText } from 'node:util';

/** Tells the story step by step, and remembers whether each was as it should be. */
export interface Teller {
  say(line: string): void;
  chapter(title: string): void;
  /** One step: what it is, what was seen, and whether that is right. */
  step(what: string, seen: string, right: boolean): void;
  /** True when every step was right. */
  end(): boolean;
}

export const createTeller = (out: NodeJS.WriteStream): Teller => {
  let steps = 0;
  let wrong = 0;
  const write = (line: string): void => void out.write(`${line}\n`);
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    styleText(format, text, { stream: out });
  return {
    say: write,
    chapter: (title) => {
      write(`\n${style('bold', title)}`);
    },
    step: (what, seen, right) => {
      steps += 1;
      if (!right) wrong += 1;
      const mark = right ? style('green', '✓') : style('red', '✗');
      write(`  ${mark} ${what.padEnd(58)} ${right ? style('dim', seen) : style('red', seen)}`);
    },
    end: () => {
      const said =
        wrong === 0
          ? style('green', `All ${steps} steps are as they should be.`)
          : style('red', `${wrong} of ${steps} steps are not as they should be.`);
      write(`\n${said}`);
      return wrong === 0;
    },
  };
};
