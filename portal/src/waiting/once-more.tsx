import type { RequestView } from '../api/calls.ts';
import { useMe } from '../app/session.tsx';
import { draftOf } from '../ask/draft.ts';
import { useEntitlements } from '../ask/entitlements.ts';
import { keepDraft } from '../ask/kept-draft.ts';
import { isOpen } from './open.ts';

/** For whoever asked for what is over: the way to ask for the same. */
export const OnceMore = ({ request }: { request: RequestView }) => {
  const me = useMe();
  const { entitlements } = useEntitlements();
  const entitlement = entitlements?.find(({ id }) => id === request.entitlementId);
  if (!entitlement || isOpen(request) || request.requester.handle !== me?.principal.handle) return null;
  return (
    <p>
      <a
        class="button quiet"
        href={`/ask/${entitlement.id}`}
        onClick={() => {
          keepDraft(entitlement, draftOf(entitlement, request));
        }}
      >
        Ask for it again
      </a>
    </p>
  );
};
