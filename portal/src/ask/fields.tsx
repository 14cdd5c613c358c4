import type { EntitlementView } from '../api/calls.ts';
import { durationText } from '../parts/duration.ts';
import { choicesUpTo, longest } from './choices.ts';
import type { Draft } from './draft.ts';
import { formText } from './needs.ts';

export interface FieldProps {
  readonly entitlement: EntitlementView;
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}

export const Justification = ({ entitlement: { justification }, draft, onChange }: FieldProps) => (
  <label>
    Why do you need it?{' '}
    <small>
      Approvers and auditors read it.{justification.minLength > 1 && ` At least ${justification.minLength} characters.`}
    </small>
    <textarea
      dir="auto"
      required
      minLength={justification.minLength}
      maxLength={2000}
      value={draft.justification}
      onInput={(event) => {
        onChange({ justification: event.currentTarget.value });
      }}
    />
  </label>
);

export const Ticket = ({ entitlement: { ticket }, draft, onChange }: FieldProps) =>
  ticket ? (
    <label>
      Ticket{' '}
      <small>
        {ticket.required && !draft.breakGlass ? 'Required' : 'Optional'}, of the form{' '}
        <code>{formText(ticket.pattern)}</code>
      </small>
      <input
        type="text"
        autoComplete="off"
        autoCapitalize="characters"
        spellcheck={false}
        required={ticket.required && !draft.breakGlass}
        maxLength={128}
        value={draft.ticket}
        onInput={(event) => {
          onChange({ ticket: event.currentTarget.value });
        }}
      />
    </label>
  ) : null;

export const Duration = ({ entitlement, draft, onChange }: FieldProps) => (
  <fieldset>
    <legend>For how long?</legend>
    <div class="choices">
      {choicesUpTo(longest(entitlement, draft.breakGlass)).map((seconds) => (
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
    </div>
  </fieldset>
);
