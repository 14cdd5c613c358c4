import { useState } from 'preact/hooks';
import type { EntitlementView, RequestView } from '../api/calls.ts';
import { choicesUpTo } from '../ask/choices.ts';
import { useEntitlements } from '../ask/entitlements.ts';
import { useActOn } from '../parts/act.tsx';
import { approversText } from '../parts/approvers-text.ts';
import { durationText } from '../parts/duration.ts';
import { Fault } from '../parts/fault.tsx';
import { type KeptText, useKeptText } from '../parts/kept-text.ts';
import { secondsLeftFor } from './more-time.ts';

interface ExtendProps {
  readonly request: RequestView;
  readonly onActed: () => void;
}

/** More time on what they have. */
export const Extend = ({ request, onActed }: ExtendProps) => {
  const { entitlements } = useEntitlements();
  const justification = useKeptText(`more:${request.id}`);
  const entitlement = entitlements?.find(({ id }) => id === request.entitlementId);
  if (!entitlement || !request.actions.includes('extend')) return null;
  return (
    <details open={justification.isBack}>
      <summary>More time…</summary>
      <ExtendForm {...{ request, onActed, entitlement, justification }} />
    </details>
  );
};

interface ExtendFormProps extends ExtendProps {
  readonly entitlement: EntitlementView;
  readonly justification: KeptText;
}

const ExtendForm = ({ request, onActed, entitlement, justification }: ExtendFormProps) => {
  const choices = choicesUpTo(secondsLeftFor(entitlement, request));
  const [chosen, setChosen] = useState<number>();
  const { busy, fault, doAct } = useActOn(request, onActed);
  // What is left may have shrunk since they chose.
  const durationSeconds = choices.find((seconds) => seconds === chosen) ?? choices[0];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const body = { durationSeconds, justification: justification.text };
        doAct('extend', 'Asked for more time.', body, justification.said);
      }}
    >
      <p>{needFor(entitlement)}</p>
      <fieldset>
        <legend>How much more?</legend>
        <div class="choices">
          {choices.map((seconds) => (
            <label key={seconds}>
              <input
                type="radio"
                name={`more ${request.id}`}
                checked={seconds === durationSeconds}
                onChange={() => {
                  setChosen(seconds);
                }}
              />
              {durationText(seconds)}
            </label>
          ))}
        </div>
      </fieldset>
      <label>
        Why more?
        <textarea
          dir="auto"
          required
          minLength={entitlement.justification.minLength}
          maxLength={2000}
          value={justification.text}
          onInput={(event) => {
            justification.write(event.currentTarget.value);
          }}
        />
      </label>
      <Fault error={fault} />
      <button type="submit" disabled={busy}>
        Ask for more time
      </button>
    </form>
  );
};

const needFor = ({ extension, approval: own }: EntitlementView): string => {
  const approval = extension?.approval ?? own;
  if (approval === 'auto') return 'Granted at once.';
  const names = approval.stages.map(({ from }) => approversText(from));
  return `Needs a yes of ${names.join(', and of ')}. Until then it goes on as it is.`;
};
