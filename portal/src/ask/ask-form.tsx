import { useRef, useState } from 'preact/hooks';
import { type Ask, type DryRun, type EntitlementView, submit, tryAsk } from '../api/calls.ts';
import { useKey } from '../api/key.ts';
import { go } from '../app/router.ts';
import { useActing } from '../parts/act.tsx';
import { Fault } from '../parts/fault.tsx';
import { BreakGlass } from './break-glass.tsx';
import { askOf } from './draft.ts';
import { Duration, Justification, Ticket } from './fields.tsx';
import { forgetDraft, useDraft } from './kept-draft.ts';
import { ScopeEditor } from './scope-editor.tsx';
import { Start } from './start.tsx';
import { WouldIt } from './would-it.tsx';

export const AskForm = ({ entitlement }: { entitlement: EntitlementView }) => {
  const { draft, change } = useDraft(entitlement);
  const asking = useActing();
  const trying = useActing();
  const [tried, setTried] = useState<{ readonly ask: string; readonly decision: DryRun }>();
  const form = useRef<HTMLFormElement>(null);
  const withKey = useKey();
  const asked: Ask = askOf(entitlement, draft);
  const fields = { entitlement, draft, onChange: change };

  const ask = (): void => {
    asking.run(
      () => withKey(asked, (key) => submit(asked, key)),
      ({ id }) => {
        forgetDraft(entitlement);
        go(`/requests/${id}`);
      },
      'Asked.',
    );
  };
  const tryIt = (): void => {
    if (form.current?.reportValidity() === false) return;
    trying.run(
      () => tryAsk(asked),
      (decision) => {
        setTried({ ask: JSON.stringify(asked), decision });
      },
    );
  };
  return (
    <form
      ref={form}
      class="ask"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <Justification {...fields} />
      <Ticket {...fields} />
      <Duration {...fields} />
      <Start {...fields} />
      <ScopeEditor {...fields} />
      <BreakGlass {...fields} />
      {/* Of what was tried, not of what was written since. */}
      {tried?.ask === JSON.stringify(asked) && (
        <WouldIt decision={tried.decision} entitlement={entitlement} breakGlass={draft.breakGlass} />
      )}
      <Fault error={asking.fault ?? trying.fault} />
      <div class="actions">
        <button type="submit" class={draft.breakGlass ? 'alarm' : ''} disabled={asking.busy}>
          {asking.busy ? 'Asking…' : draft.breakGlass ? 'Break the glass' : 'Ask'}
        </button>
        <button type="button" class="quiet" disabled={trying.busy} onClick={tryIt}>
          Would this be approved?
        </button>
      </div>
    </form>
  );
};
