import { type Dossier, type StoredEvent, type TimelineEntry, readDossier } from '../api/calls.ts';
import { usePolled } from '../api/polled.ts';
import { Page } from '../app/page.tsx';
import { durationText } from '../parts/duration.ts';
import { Fact, Facts } from '../parts/facts.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { PersonName } from '../parts/person.tsx';
import { RequestFacts } from '../parts/request-facts.tsx';
import { roleName } from '../parts/role-name.ts';
import { stateOf } from '../parts/state.ts';
import { Status } from '../parts/status.tsx';
import { Untrusted, Words } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';
import { eventWords } from './event-words.ts';

/** One request for whoever investigates: to be read, and printed. */
export const DossierPage = ({ requestId }: { requestId: string }) => {
  const { seen, fault } = usePolled(requestId, () => readDossier(requestId));
  if (!seen) return <Page title="Dossier">{fault === undefined ? <Loading /> : <Fault error={fault} />}</Page>;
  const { request, timeline, events, coverage, at } = seen;
  const stored = new Map(events.map((event) => [event.eventId, event]));
  return (
    <Page
      title={`Dossier: ${request.title}, ${stateOf(request)}`}
      heading={
        <>
          Dossier: <Untrusted text={request.title} /> <Status of={request} />
        </>
      }
    >
      <Fault error={fault} />
      <p class="actions">
        <a href={`/requests/${request.id}`}>The request itself</a>{' '}
        <button
          type="button"
          class="quiet"
          onClick={() => {
            print();
          }}
        >
          Print
        </button>
      </p>
      <RequestFacts request={request} />
      <Proof of={coverage} at={at} requestId={request.id} handle={request.requester.handle} />
      <section aria-labelledby="happened">
        <h2 id="happened">What happened</h2>
        <ol class="timeline">
          {timeline.map((entry) => (
            <Entry key={entry.eventId} of={entry} event={stored.get(entry.eventId)} />
          ))}
        </ol>
      </section>
    </Page>
  );
};

interface ProofProps {
  readonly of: Dossier['coverage'];
  readonly at: string;
  readonly requestId: string;
  readonly handle: string;
}

const Proof = ({ of: { proved, waiting, unproved, checkpoint }, at, requestId, handle }: ProofProps) => (
  <section aria-labelledby="proof">
    <h2 id="proof">What proves it</h2>
    <p class={unproved > 0 ? 'proof unproved' : 'proof'}>
      {proved} of {proved + waiting + unproved} events are proved
      {waiting > 0 && `, ${waiting} wait for the next checkpoint`}
      {unproved > 0 && `, ${unproved} are NOT PROVED: ask hatcheck audit verify`}.
    </p>
    <Facts>
      {checkpoint && (
        <Fact name="Checkpoint">
          {checkpoint.seq}, <When at={checkpoint.at} />, by key <code>{checkpoint.kid}</code>
        </Fact>
      )}
      <Fact name="Request">
        <code>{requestId}</code>
      </Fact>
      <Fact name="Requester">
        <code>{handle}</code>
      </Fact>
      <Fact name="As of">
        <When at={at} />
      </Fact>
    </Facts>
  </section>
);

const Entry = ({ of: entry, event }: { of: TimelineEntry; event: StoredEvent | undefined }) => (
  <li class={entry.type.replace('.', '-')}>
    {entry.actor.kind === 'system' ? (
      <strong>Hatcheck</strong>
    ) : (
      <strong>
        <PersonName of={entry.actor} />
      </strong>
    )}{' '}
    {event ? eventWords(event) : entry.type}.
    <div>
      <When at={entry.at} />
    </div>
    {entry.words !== undefined && <Words text={entry.words} />}
    <EntryFacts of={entry} />
    <div class={`proof ${entry.log.state}`}>{proofText(entry.log)}</div>
    {event && (
      <details class="on-record">
        <summary>On record</summary>
        <code>
          {event.type} {event.stream} {event.seq} {event.hash}
          {event.policy !== undefined && ` policy ${event.policy}`}
        </code>
      </details>
    )}
  </li>
);

const EntryFacts = ({ of: entry }: { of: TimelineEntry }) => {
  const { on, onBehalfOf, grant, session, refusal } = entry;
  const isBare = [on, onBehalfOf, grant, session?.accessKeyId, session?.reason, refusal].every(
    (fact) => fact === undefined,
  );
  if (isBare) return null;
  return (
    <Facts>
      {onBehalfOf && (
        <Fact name="In place of">
          <PersonName of={onBehalfOf} />
        </Fact>
      )}
      {on && (
        <Fact name="On">
          {on.what === 'extension' && 'more time: '}
          {roleName(on.roleArn)} in {on.accountId}, {durationText(on.durationSeconds)}
          {on.ticket !== undefined && (
            <>
              , <Untrusted text={on.ticket} />
            </>
          )}
          {on.scope && (
            <>
              , only <Untrusted text={on.scope.actions.join(' ')} /> on{' '}
              <Untrusted text={on.scope.resources.join(' ')} />
            </>
          )}
        </Fact>
      )}
      {grant && (
        <Fact name="Grant">
          <When at={grant.startsAt} /> to <When at={grant.endsAt} />
        </Fact>
      )}
      {session?.accessKeyId !== undefined && (
        <Fact name="In CloudTrail">
          <code>{session.accessKeyId}</code>
        </Fact>
      )}
      {session?.expiration !== undefined && (
        <Fact name="Until">
          <When at={session.expiration} />
        </Fact>
      )}
      {(session?.reason ?? refusal?.reason) !== undefined && (
        <Fact name="Why">
          <Untrusted text={session?.reason ?? refusal?.reason ?? ''} />
        </Fact>
      )}
    </Facts>
  );
};

const proofText = (log: TimelineEntry['log']): string => {
  switch (log.state) {
    case 'proved':
      return `Proved by checkpoint ${log.checkpoint}, as number ${log.index} of the log`;
    case 'waiting':
      return 'Not covered by a checkpoint yet';
    case 'unproved':
      return 'NOT PROVED: what should prove it does not';
  }
};
