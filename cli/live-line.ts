import { oneLine } from './failure.ts';

/** One line on stderr that changes; nothing where nobody looks. */
export interface LiveLine {
  readonly show: (text: string) => void;
  /** Takes it away, before anything else is said. */
  readonly clear: () => void;
}

/** Carriage return, and erase the whole line (ECMA-48). */
const ERASE = '\r\u001b[2K';

export const liveLine = (stream: NodeJS.WriteStream = process.stderr): LiveLine => {
  let isShown = false;
  return {
    show: (text) => {
      if (!stream.isTTY) return;
      stream.write(`${ERASE}${oneLine(text).slice(0, Math.max(20, stream.columns - 1))}`);
      isShown = true;
    },
    clear: () => {
      if (isShown) stream.write(ERASE);
      isShown = false;
    },
  };
};
