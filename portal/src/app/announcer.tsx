import { useEffect, useState } from 'preact/hooks';

const SAID = 'hatcheck:said';

/** Has a screen reader say it, when it is done with what it says now. */
export const announce = (text: string): void => {
  dispatchEvent(new CustomEvent(SAID, { detail: text }));
};

/** The one live region of the page: it has to be there before what it says. */
export const Announcer = () => {
  const [text, setText] = useState('');
  useEffect(() => {
    const said = (event: Event): void => {
      if (event instanceof CustomEvent) setText(String(event.detail));
    };
    addEventListener(SAID, said);
    return () => {
      removeEventListener(SAID, said);
    };
  }, []);
  return (
    <p role="status" class="unseen">
      {text}
    </p>
  );
};
