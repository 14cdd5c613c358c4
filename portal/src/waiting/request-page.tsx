import type { ComponentType } from 'preact';
import { useRef } from 'preact/hooks';
import { type OneRequest, type RequestView, readRequest } from '../api/calls.ts';
import { usePolled } from '../api/polled.ts';
import { lazily } from '../app/lazily.tsx';
import { Page } from '../app/page.tsx';
import { useActed, useIsAuditor } from '../app/ways.ts';
import { DossierLink } from '../parts/dossier-link.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { RequestFacts } from '../parts/request-facts.tsx';
import { stateOf } from '../parts/state.ts';
import { Status } from '../parts/status.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { useStateAnnounced } from './announced.ts';
import { Extend } from './extend.tsx';
import { Extension } from './extension.tsx';
import { Having } from './having.tsx';
import { OnceMore } from './once-more.tsx';

interface DecideProps {
  readonly request: RequestView;
  readonly onActed: () => void;
}

const Decide: ComponentType<DecideProps> = lazily(async () => (await import('../decide/decide.tsx')).Decide);
const Timeline: ComponentType<OneRequest> = lazily(async () => (await import('../see/timeline.tsx')).Timeline);

const OTHERS_ACTS = ['approve', 'deny', 'revoke', 'review'] as const;

/** One request, live, for whoever may read it: with what they may do about it. */
export const RequestPage = ({ requestId }: { requestId: string }) => {
  const { seen, fault, again } = usePolled(requestId, () => readRequest(requestId));
  useActed(again);
  useStateAnnounced(seen?.request);
  const isAuditor = useIsAuditor();
  // Whoever had something to decide is told who was first.
  const wasTheirs = useRef(false);
  wasTheirs.current ||= OTHERS_ACTS.some((action) => seen?.request.actions.includes(action));
  if (!seen) return <Page title="Request">{fault === undefined ? <Loading /> : <Fault error={fault} />}</Page>;
  const { request, events } = seen;
  return (
    <Page
      title={`${request.title}: ${stateOf(request)}`}
      heading={
        <>
          <Untrusted text={request.title} /> <Status of={request} />
        </>
      }
    >
      <Fault error={fault} />
      <RequestFacts request={request} />
      <Having request={request} onActed={again} />
      <Extension request={request} />
      <Extend request={request} onActed={again} />
      <OnceMore request={request} />
      {wasTheirs.current && <Decide request={request} onActed={again} />}
      {isAuditor && <DossierLink of={request} />}
      <Timeline request={request} events={events} />
    </Page>
  );
};
