import { durationText } from '../parts/duration.ts';
import { longest } from './choices.ts';
import type { FieldProps } from './fields.tsx';

/** For when nobody can say yes in time: it is alarmed, and looked at afterwards. */
export const BreakGlass = ({ entitlement, draft, onChange }: FieldProps) => {
  const { breakGlassTerms: terms } = entitlement;
  if (!terms) return null;
  const choose = (breakGlass: boolean): void => {
    onChange({ breakGlass, durationSeconds: Math.min(draft.durationSeconds, longest(entitlement, breakGlass)) });
  };
  return (
    <details open={draft.breakGlass}>
      <summary>It is an emergency</summary>
      <label class="inline">
        <input
          type="checkbox"
          checked={draft.breakGlass}
          disabled={terms.only}
          onChange={(event) => {
            choose(event.currentTarget.checked);
          }}
        />
        Break the glass
      </label>
      <p>
        At once, without anybody’s yes, for at most {durationText(terms.maxDurationSeconds)}. It alarms those who are
        named for it, and somebody else reviews it afterwards: say above what is on fire.
      </p>
    </details>
  );
};
