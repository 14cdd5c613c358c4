import { oneLine } from './failure.ts';

/** One line on stderr that changes; nothing where nobody looks. */
export interface LiveLine {
  readonly show: (text: string) => void;
  /** Takes it away, before anything else is said. */
  readonly clear: () => void;
}

/** Carriage return, and erase the whole line (ECMA-48). */
const ERASE = '\r\u001b[2K';

let last: LiveLine | undefined;

/** Takes away whichever is shown: what else is said begins on a line of its own. */
export const clearLiveLine = (): void => {
  last?.clear();
};

export const liveLine = (stream: NodeJS.WriteStream = process.stderr): LiveLine => {
  let isShown = false;
  last = {
    show: (text) => {
      if (!stream.isTTY) return;
      stream.write(`${ERASE}${oneLine(text).slice(0, (stream.columns || 80) - 1)}`);
      isShown = true;
    },
    clear: () => {
      if (isShown) stream.write(ERASE);
      isShown = false;
    },
  };
  return last;
};
