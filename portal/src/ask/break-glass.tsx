import type { FieldProps } from './fields.tsx';

/** For when nobody can say yes in time: it is alarmed, and looked at afterwards. */
export const BreakGlass = ({ entitlement, draft, onChange }: FieldProps) =>
  entitlement.breakGlass ? (
    <details open={draft.breakGlass}>
      <summary>It is an emergency</summary>
      <label class="inline">
        <input
          type="checkbox"
          checked={draft.breakGlass}
          onChange={(event) => {
            onChange({ breakGlass: event.currentTarget.checked });
          }}
        />
        Break the glass
      </label>
      <p>
        At once, without anybody’s yes. It alarms those who are named for it, and somebody else reviews it afterwards:
        say above what is on fire.
      </p>
    </details>
  ) : null;
