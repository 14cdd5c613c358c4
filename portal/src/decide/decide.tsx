import type { RequestView } from '../api/calls.ts';
import { useActOn } from '../parts/act.tsx';
import { Fault } from '../parts/fault.tsx';
import { WithReason } from '../parts/with-reason.tsx';

/** What others than its requester may do about a request. */
export const Decide = ({ request, onActed }: { request: RequestView; onActed: () => void }) => {
  const { actions, seq } = request;
  const { busy, fault, doAct } = useActOn(request, onActed);
  return (
    <section aria-label="Decide">
      {actions.includes('approve') && (
        <button
          type="button"
          disabled={busy}
          onClick={() => {
            // A page may be older than the request: what was asked for since is not decided on by it.
            doAct('approve', 'Approved.', { seq });
          }}
        >
          Approve
        </button>
      )}
      {actions.includes('deny') && (
        <WithReason
          label="Deny"
          name="Reason"
          busy={busy}
          onAct={(reason) => {
            doAct('deny', 'Denied.', { seq, reason });
          }}
        />
      )}
      {actions.includes('revoke') && (
        <WithReason
          label="Revoke"
          name="Reason"
          busy={busy}
          onAct={(reason) => {
            doAct('revoke', 'Revoked.', { reason });
          }}
        />
      )}
      <Fault error={fault} />
    </section>
  );
};
