import { serverNow } from '../api/clock.ts';
import { When } from '../parts/when.tsx';
import { instantOf, localOf } from './draft.ts';
import type { FieldProps } from './fields.tsx';

const DAYS_AHEAD = 30;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Now, or from a later time on, in the reader's zone and, beside it, in UTC. */
export const Start = ({ draft: { startAt, breakGlass }, onChange }: FieldProps) => {
  if (breakGlass) return null;
  const isLater = startAt !== '';
  const instant = instantOf(startAt);
  return (
    <fieldset>
      <legend>From when on?</legend>
      <div class="choices">
        <label>
          <input
            type="radio"
            name="start"
            checked={!isLater}
            onChange={() => {
              onChange({ startAt: '' });
            }}
          />
          At once
        </label>
        <label>
          <input
            type="radio"
            name="start"
            checked={isLater}
            onChange={() => {
              onChange({ startAt: localOf(serverNow() + HOUR_MS) });
            }}
          />
          Later
        </label>
      </div>
      {isLater && (
        <label>
          Start
          <input
            type="datetime-local"
            required
            min={localOf(serverNow())}
            max={localOf(serverNow() + DAYS_AHEAD * DAY_MS)}
            value={startAt}
            onInput={(event) => {
              // Emptied while somebody types, it is still a start to come.
              if (event.currentTarget.value !== '') onChange({ startAt: event.currentTarget.value });
            }}
          />
          {instant !== undefined && (
            <small>
              <When at={instant} />
            </small>
          )}
        </label>
      )}
    </fieldset>
  );
};
