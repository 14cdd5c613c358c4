import { useState } from 'preact/hooks';
import { type EntitlementView, submit } from '../api/calls.ts';
import { useKey } from '../api/key.ts';
import { go } from '../app/router.ts';
import { useActing } from '../parts/act.tsx';
import { Fault } from '../parts/fault.tsx';
import { durationText } from '../parts/duration.ts';
import { choicesUpTo } from './choices.ts';
import { type Draft, askOf, draftFor } from './draft.ts';

interface FieldsProps {
  readonly entitlement: EntitlementView;
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

export const AskForm = ({ entitlement }: { entitlement: EntitlementView }) => {
  const [draft, setDraft] = useState(() => draftFor(entitlement));
  const { busy, fault, run } = useActing();
  const withKey = useKey();
  const change = (part: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...part }));
  };
  const ask = (): void => {
    const asked = askOf(entitlement, draft);
    run(
      () => withKey(asked, (key) => submit(asked, key)),
      ({ id }) => {
        go(`/requests/${id}`);
      },
      'Asked.',
    );
  };
  return (
    <form
      class="ask"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <Fields entitlement={entitlement} draft={draft} onChange={change} />
      <Fault error={fault} />
      <button type="submit" disabled={busy}>
        {busy ? 'Asking…' : 'Ask'}
      </button>
    </form>
  );
};

const Fields = ({ entitlement, draft, onChange }: FieldsProps) => (
  <>
    <label>
      Why do you need it? <small>Approvers and auditors read it.</small>
      <textarea
        dir="auto"
        required
        minLength={entitlement.justification.minLength}
        maxLength={2000}
        value={draft.justification}
        onInput={(event) => {
          onChange({ justification: event.currentTarget.value });
        }}
      />
    </label>
    <fieldset class="choices">
      <legend>For how long?</legend>
      {choicesUpTo(entitlement.maxDurationSeconds).map((seconds) => (
        <label key={seconds}>
          <input
            type="radio"
            name="duration"
            checked={draft.durationSeconds === seconds}
            onChange={() => {
              onChange({ durationSeconds: seconds });
            }}
          />
          {durationText(seconds)}
        </label>
      ))}
    </fieldset>
    {entitlement.ticket && (
      <label>
        Ticket{' '}
        <small>
          {entitlement.ticket.required ? 'Required' : 'Optional'}, of the form {entitlement.ticket.pattern}
        </small>
        <input
          type="text"
          autoComplete="off"
          required={entitlement.ticket.required}
          maxLength={128}
          value={draft.ticket}
          onInput={(event) => {
            onChange({ ticket: event.currentTarget.value });
          }}
        />
      </label>
    )}
  </>
);
