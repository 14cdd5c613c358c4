import { useState } from 'preact/hooks';

const VERDICTS = { justified: 'Justified', unjustified: 'Not justified' } as const;
type Verdict = keyof typeof VERDICTS;

/** What a break-glass was, in the words of somebody else than who broke it. */
export const Review = ({
  busy,
  onReview,
}: {
  busy: boolean;
  onReview: (body: { verdict: Verdict; comment: string }) => void;
}) => {
  const [verdict, setVerdict] = useState<Verdict>();
  const [comment, setComment] = useState('');
  return (
    <form
      class="decision"
      onSubmit={(event) => {
        event.preventDefault();
        if (verdict) onReview({ verdict, comment });
      }}
    >
      <fieldset>
        <legend>This break-glass was</legend>
        <div class="choices">
          {(['justified', 'unjustified'] as const).map((each) => (
            <label key={each}>
              <input
                type="radio"
                name="verdict"
                required
                checked={verdict === each}
                onChange={() => {
                  setVerdict(each);
                }}
              />
              {VERDICTS[each]}
            </label>
          ))}
        </div>
      </fieldset>
      <label>
        What you found
        <textarea
          dir="auto"
          required
          maxLength={2000}
          value={comment}
          onInput={(event) => {
            setComment(event.currentTarget.value);
          }}
        />
      </label>
      <button type="submit" disabled={busy || comment.trim() === ''}>
        Put the review on record
      </button>
    </form>
  );
};
