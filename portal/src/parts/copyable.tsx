import { useState } from 'preact/hooks';

interface CopyableProps {
  /** What it is. */
  readonly label: string;
  readonly hint?: string;
  readonly text: string;
}

const SAID = { no: '', yes: 'Copied.', failed: 'Select the text and copy it.' } as const;

/** Text with a button that copies it. */
export const Copyable = ({ label, hint, text }: CopyableProps) => {
  const [copied, setCopied] = useState<keyof typeof SAID>('no');
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied('yes');
      },
      () => {
        setCopied('failed');
      },
    );
  };
  return (
    <div class="copyable">
      {hint !== undefined && <p class="faint">{hint}</p>}
      <pre tabIndex={0} role="region" aria-label={label}>
        {text}
      </pre>
      <button type="button" onClick={copy} aria-label={`Copy: ${label}`}>
        Copy
      </button>{' '}
      <span role="status">{SAID[copied]}</span>
    </div>
  );
};
