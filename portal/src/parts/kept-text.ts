import { useState } from 'preact/hooks';
import { forget, keep, kept } from '../app/kept.ts';

export interface KeptText {
  readonly text: string;
  /** Whether it was being written before this page was loaded. */
  readonly isBack: boolean;
  readonly write: (text: string) => void;
  /** To be called when it was said: none of it stays. */
  readonly said: () => void;
}

/** What is being written, which outlives a sign-in in between, in this tab. */
export const useKeptText = (name: string): KeptText => {
  const [before] = useState(() => kept('session', name) ?? '');
  const [text, setText] = useState(before);
  return {
    ...{ text, isBack: before !== '' },
    write: (written) => {
      keep('session', name, written);
      setText(written);
    },
    said: () => {
      forget('session', name);
      setText('');
    },
  };
};
