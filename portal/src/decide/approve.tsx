import { useState } from 'preact/hooks';
import type { RequestView } from '../api/calls.ts';
import { choicesUpTo } from '../ask/choices.ts';
import { localOf } from '../ask/draft.ts';
import { serverNow } from '../api/clock.ts';
import { durationText } from '../parts/duration.ts';
import { RequestLink } from '../parts/request-title.tsx';
import { type Pending, type Yes, approvalOf } from './draft.ts';
import { keepYes, keptYes } from './kept-yes.ts';

interface ApproveProps {
  readonly request: RequestView;
  readonly pending: Pending;
  /** What was asked for together with it, and waits for this approver too. */
  readonly others: readonly RequestView[];
  readonly busy: boolean;
  readonly onApprove: (body: object) => void;
}

/** A yes, perhaps to less or to later; what is written outlives the sign-in that may be asked for. */
export const Approve = ({ request, pending, others, busy, onApprove }: ApproveProps) => {
  const [yes, setYes] = useState(() => keptYes(request.id, pending));
  const change = (part: Partial<Yes>): void => {
    const changed = { ...yes, ...part };
    keepYes(request.id, pending, changed);
    setYes(changed);
  };
  return (
    <form
      class="decision"
      onSubmit={(event) => {
        event.preventDefault();
        onApprove(approvalOf(pending, yes, request.seq));
      }}
    >
      <Less most={pending.seconds} chosen={yes.seconds} onChange={change} />
      {pending.what === 'request' && !request.breakGlass && <Later request={request} yes={yes} onChange={change} />}
      <label>
        Comment <small>Optional; the requester and auditors read it.</small>
        <textarea
          dir="auto"
          maxLength={2000}
          value={yes.comment}
          onInput={(event) => {
            change({ comment: event.currentTarget.value });
          }}
        />
      </label>
      {others.length > 0 && <Bundle others={others} yes={yes} onChange={change} />}
      <button type="submit" disabled={busy}>
        {yes.seconds < pending.seconds ? `Approve ${durationText(yes.seconds)}` : 'Approve'}
      </button>
    </form>
  );
};

type OnChange = (part: Partial<Yes>) => void;

const Less = ({ most, chosen, onChange }: { most: number; chosen: number; onChange: OnChange }) => (
  <fieldset>
    <legend>For how long</legend>
    <div class="choices">
      {choicesUpTo(most).map((seconds) => (
        <label key={seconds}>
          <input
            type="radio"
            name="seconds"
            checked={seconds === chosen}
            onChange={() => {
              onChange({ seconds });
            }}
          />
          {durationText(seconds)}
          {seconds === most && ' (as asked)'}
        </label>
      ))}
    </div>
  </fieldset>
);

const Later = ({ request, yes, onChange }: { request: RequestView; yes: Yes; onChange: OnChange }) => (
  <details open={yes.startAt !== ''}>
    <summary>Not before a later time</summary>
    <label>
      Begins <small>In your time zone; later than asked, or empty.</small>
      <input
        type="datetime-local"
        min={localOf(Math.max(serverNow(), request.startAt === undefined ? 0 : Date.parse(request.startAt)))}
        value={yes.startAt}
        onInput={(event) => {
          onChange({ startAt: event.currentTarget.value });
        }}
      />
    </label>
  </details>
);

const Bundle = ({ others, yes, onChange }: { others: readonly RequestView[]; yes: Yes; onChange: OnChange }) => (
  <fieldset>
    <legend>Asked for together</legend>
    <ul>
      {others.map((request) => (
        <li key={request.id}>
          <RequestLink to={request} />
        </li>
      ))}
    </ul>
    <label class="inline">
      <input
        type="checkbox"
        checked={yes.bundle}
        onChange={(event) => {
          onChange({ bundle: event.currentTarget.checked });
        }}
      />
      Say the same to {others.length === 1 ? 'it' : `all ${others.length} of them`}
    </label>
  </fieldset>
);
