import { useKeptText } from './kept-text.ts';

interface WithReasonProps {
  readonly label: string;
  /** What is asked for: "Reason". */
  readonly name: string;
  readonly hint?: string;
  /** What the words are kept under while somebody signs in anew. */
  readonly keptAs: string;
  readonly busy: boolean;
  /** Does it; `said` is to be called when it is done. */
  readonly onAct: (reason: string, said: () => void) => void;
}

/** An act that wants words, folded away until it is meant. */
export const WithReason = ({ label, name, hint, keptAs, busy, onAct }: WithReasonProps) => {
  const { text: reason, isBack, write, said } = useKeptText(keptAs);
  return (
    <details open={isBack}>
      <summary>{label}…</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onAct(reason, said);
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
              write(event.currentTarget.value);
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
