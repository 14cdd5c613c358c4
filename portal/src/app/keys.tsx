import { useEffect, useState } from 'preact/hooks';
import { forget, keep, kept } from './kept.ts';

const NAME = 'keys';
const isOn = (): boolean => kept('local', NAME) !== 'off';

/** Where keys write, they mean themselves. */
const WRITES = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';

/**
 * One key does what an element with `data-key` is there for: a field takes the focus, anything else is pressed. With a modifier a key is the
 * browser's.
 */
const onKey = ({
  key,
  ctrlKey,
  metaKey,
  altKey,
  target,
  defaultPrevented,
  isComposing,
  repeat,
}: KeyboardEvent): boolean => {
  if (ctrlKey || metaKey || altKey || defaultPrevented || isComposing || repeat || !isOn()) return false;
  if (target instanceof Element && target.closest(WRITES)) return false;
  const meant = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  if (!meant) return false;
  if (meant instanceof HTMLInputElement) meant.focus();
  else meant.click();
  return true;
};

export const followKeys = (): void => {
  document.addEventListener('keydown', (event) => {
    if (onKey(event)) event.preventDefault();
  });
};

/** Whoever speaks to their computer, or hits keys by mistake, turns single keys off (WCAG 2.1.4). */
export const KeysChoice = () => {
  const [on, setOn] = useState(isOn);
  useEffect(() => {
    if (on) forget('local', NAME);
    else keep('local', NAME, 'off');
  }, [on]);
  return (
    <div class="inline">
      <label class="inline">
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            setOn(event.currentTarget.checked);
          }}
        />
        Single keys
      </label>
      <span>
        <kbd>/</kbd> search, <kbd>a</kbd> ask again
      </span>
    </div>
  );
};
