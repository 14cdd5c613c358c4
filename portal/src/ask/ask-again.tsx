import { type EntitlementView, type RequestView, submit } from '../api/calls.ts';
import { useKey } from '../api/key.ts';
import { go } from '../app/router.ts';
import { useActing } from '../parts/act.tsx';
import { durationText } from '../parts/duration.ts';
import { Fault } from '../parts/fault.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { isOpen } from '../waiting/open.ts';
import { askOf, draftOf } from './draft.ts';
import { keepDraft } from './kept-draft.ts';

interface AskAgainProps {
  readonly requests: readonly RequestView[];
  readonly entitlements: readonly EntitlementView[];
}

/** What they had last, once more by one key: unless they still have it, or it was for an emergency. */
export const AskAgain = ({ requests, entitlements }: AskAgainProps) => {
  const last = requests.find(({ grant, breakGlass }) => grant && !breakGlass);
  const entitlement = entitlements.find(({ id }) => id === last?.entitlementId);
  const { busy, fault, run } = useActing();
  const withKey = useKey();
  if (!last || !entitlement) return null;
  if (requests.some((request) => isOpen(request) && request.entitlementId === last.entitlementId)) return null;
  const draft = draftOf(entitlement, last);
  const again = (): void => {
    const asked = askOf(entitlement, draft);
    run(
      () => withKey(asked, (key) => submit(asked, key)),
      ({ id }) => {
        go(`/requests/${id}`);
      },
      `Asked again for ${entitlement.title}.`,
    );
  };
  return (
    <section class="again" aria-label="Ask again">
      <p>
        Last time: <Untrusted text={entitlement.title} />, {durationText(draft.durationSeconds)},{' '}
        <q>
          <Untrusted text={draft.justification} />
        </q>
      </p>
      <div class="actions">
        <button type="button" disabled={busy} onClick={again} aria-keyshortcuts="a" data-key="a">
          Ask for it again <kbd aria-hidden="true">a</kbd>
        </button>
        <a
          class="button quiet"
          href={`/ask/${entitlement.id}`}
          onClick={() => {
            keepDraft(entitlement, draft);
          }}
        >
          Change it first
        </a>
      </div>
      <Fault error={fault} />
    </section>
  );
};
