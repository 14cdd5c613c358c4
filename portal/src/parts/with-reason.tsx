import { useState } from 'preact/hooks';

interface WithReasonProps {
  readonly label: string;
  /** What is asked for: "Reason". */
  readonly name: string;
  readonly hint?: string;
  readonly busy: boolean;
  readonly onAct: (reason: string) => void;
}

/** An act that wants words, folded away until it is meant. */
export const WithReason = ({ label, name, hint, busy, onAct }: WithReasonProps) => {
  const [reason, setReason] = useState('');
  return (
    <details>
      <summary>{label}…</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onAct(reason);
        }}
      >
        <label>
          {name} {hint !== undefined && <small>{hint}</small>}
          <textarea
            dir="auto"
            required
            maxLength={2000}
            value={reason}
            onInput={(event) => {
              setReason(event.currentTarget.value);
            }}
          />
        </label>
        <button type="submit" disabled={busy || reason.trim() === ''}>
          {label}
        </button>
      </form>
    </details>
  );
};
