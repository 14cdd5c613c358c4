import { visible, visibleLine } from './visible.ts';

/** A name or another line that somebody else wrote: nothing hidden in it, and whatever its direction, the text around it keeps its own. */
export const Untrusted = ({ text }: { text: string }) => <bdi class="untrusted">{visibleLine(text)}</bdi>;

/** The same for words of several lines, as a block that shows where they begin and end. */
export const Words = ({ text }: { text: string }) => (
  <blockquote class="words" dir="auto">
    {visible(text)}
  </blockquote>
);
