import { Page } from '../app/page.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { AskForm } from './ask-form.tsx';
import { useEntitlements } from './entitlements.ts';
import { Needs } from './needs-list.tsx';

/** One entitlement: what it needs, and the form that asks for it. */
export const AskPage = ({ entitlementId }: { entitlementId: string }) => {
  const { entitlements, fault } = useEntitlements();
  const entitlement = entitlements?.find(({ id }) => id === entitlementId);
  if (!entitlement)
    return (
      <Page title="Ask">
        <Fault error={fault} />
        {!entitlements && fault === undefined && <Loading />}
        {entitlements && (
          <p>
            This is not yours to ask for, or there is no such thing. <a href="/">See what you may borrow.</a>
          </p>
        )}
      </Page>
    );
  return (
    <Page title={`Ask: ${entitlement.title}`} heading={<Untrusted text={entitlement.title} />}>
      <Needs entitlement={entitlement} />
      <AskForm entitlement={entitlement} />
    </Page>
  );
};
