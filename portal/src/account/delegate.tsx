import { useState } from 'preact/hooks';
import type { DelegationView } from '../../../lib/broker/delegations.ts';
import { json, send } from '../api/send.ts';
import { instantOf } from '../ask/draft.ts';
import { useActing } from '../parts/act.tsx';
import { Fault } from '../parts/fault.tsx';

const EMPTY = { to: '', from: '', until: '', reason: '' };
type Field = keyof typeof EMPTY;

/** Asks somebody else to decide in one's place. */
export const Delegate = ({ onMade }: { onMade: (delegation: DelegationView) => void }) => {
  const [wish, setWish] = useState(EMPTY);
  const { busy, fault, run } = useActing();
  const change = (field: Field) => (event: { currentTarget: { value: string } }) => {
    setWish({ ...wish, [field]: event.currentTarget.value });
  };
  const make = (): void => {
    const { to, reason } = wish;
    const from = instantOf(wish.from);
    const body = {
      ...{ to: to.trim(), until: instantOf(wish.until) ?? '' },
      ...(from === undefined ? {} : { from }),
      ...(reason.trim() === '' ? {} : { reason }),
    };
    run(
      async () => json<{ delegation: DelegationView }>(await send('/v1/delegations', { method: 'POST', body })),
      ({ delegation }) => {
        setWish(EMPTY);
        onMade(delegation);
      },
      'Delegated.',
    );
  };
  return (
    <details>
      <summary>Let somebody decide in your place…</summary>
      <form
        class="decision"
        onSubmit={(event) => {
          event.preventDefault();
          make();
        }}
      >
        <label>
          Their handle <small>It begins with p_; they find it on this page of theirs.</small>
          <input
            type="text"
            required
            autoComplete="off"
            spellcheck={false}
            pattern="\s*p_[A-Za-z0-9_\-]{43}\s*"
            title="p_ and 43 letters, digits, - and _"
            value={wish.to}
            onInput={change('to')}
          />
        </label>
        <label>
          From <small>In your time zone; empty is now.</small>
          <input type="datetime-local" value={wish.from} onInput={change('from')} />
        </label>
        <label>
          Until <small>In your time zone.</small>
          <input type="datetime-local" required value={wish.until} onInput={change('until')} />
        </label>
        <label>
          Reason <small>Optional; they read it.</small>
          <textarea dir="auto" maxLength={2000} value={wish.reason} onInput={change('reason')} />
        </label>
        <Fault error={fault} />
        <button type="submit" disabled={busy}>
          Let them decide
        </button>
      </form>
    </details>
  );
};
