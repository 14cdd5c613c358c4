import { useEffect, useRef, useState } from 'preact/hooks';
import { type EventView, type FoundPage, type GrantView, searchRecord } from '../api/calls.ts';
import { Page } from '../app/page.tsx';
import { go, useAddress } from '../app/router.ts';
import { DossierLink } from '../parts/dossier-link.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { PersonName } from '../parts/person.tsx';
import { Untrusted, Words } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';
import { SearchForm, apiQuery, searchedFrom } from './search-form.tsx';

interface State {
  readonly found: FoundPage;
  readonly isReading: boolean;
  readonly fault?: unknown;
}

const NOTHING: FoundPage = { grants: [], events: [] };

/** Who could do what, and what happened, for auditors; what is looked for stands in the address. */
export const Search = () => {
  const { query } = useAddress();
  const searched = searchedFrom(query);
  const name = query.toString();
  const [state, setState] = useState<State>({ found: NOTHING, isReading: true });
  const wanted = useRef(name);
  wanted.current = name;

  const readFrom = (before: FoundPage): void => {
    setState({ found: before, isReading: true });
    searchRecord(apiQuery(searchedFrom(new URLSearchParams(name)), before.nextCursor)).then(
      ({ grants, events, ...more }) => {
        if (wanted.current !== name) return;
        const all = { grants: [...before.grants, ...grants], events: [...before.events, ...events], ...more };
        setState({ found: all, isReading: false });
      },
      (fault: unknown) => {
        if (wanted.current === name) setState({ found: before, isReading: false, fault });
      },
    );
  };
  useEffect(() => {
    readFrom(NOTHING);
  }, [name]);

  const { found, isReading, fault } = state;
  const count = found.grants.length + found.events.length;
  return (
    <Page title="Search the record">
      <SearchForm
        key={name}
        searched={searched}
        onSearch={(next) => {
          go(`/audit/search${next === '' ? '' : `?${next}`}`);
        }}
      />
      <p role="status">{isReading ? '' : count === 0 ? 'Nothing like that.' : `${count} found.`}</p>
      <Fault error={fault} />
      {found.grants.length > 0 && (
        <section aria-labelledby="could">
          <h2 id="could">Who could do what</h2>
          <ul class="cards">
            {found.grants.map((grant) => (
              <Could key={grant.requestId} grant={grant} />
            ))}
          </ul>
        </section>
      )}
      {found.events.length > 0 && (
        <section aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          <ul class="cards">
            {found.events.map((event) => (
              <Happened key={event.eventId} event={event} />
            ))}
          </ul>
        </section>
      )}
      {isReading && <Loading />}
      {(found.nextCursor !== undefined || fault !== undefined) && (
        <button
          type="button"
          class="quiet"
          disabled={isReading}
          onClick={() => {
            readFrom(found);
          }}
        >
          {fault === undefined ? 'Look further back' : 'Try again'}
        </button>
      )}
    </Page>
  );
};

const roleName = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

const Could = ({ grant }: { grant: GrantView }) => (
  <li class="card">
    <h3 class="small">
      <PersonName of={grant.requester} />: {roleName(grant.roleArn)} in {grant.accountId}
    </h3>
    <p>
      <When at={grant.startsAt} /> to <When at={grant.liveUntil} />
      {grant.breakGlass && ', break-glass'}
      {grant.ticket !== undefined && (
        <>
          , <Untrusted text={grant.ticket} />
        </>
      )}
      , role sessions: {grant.sessions}
    </p>
    <DossierLink of={{ id: grant.requestId }} />
  </li>
);

const Happened = ({ event }: { event: EventView }) => (
  <li class="card">
    <h3 class="small">{event.type}</h3>
    <p>
      {event.actor.kind === 'system' ? 'Hatcheck' : <PersonName of={event.actor} />}, <When at={event.at} />
      {event.roleArn !== undefined && `, ${roleName(event.roleArn)} in ${event.accountId ?? ''}`}
      {event.refused !== undefined && (
        <>
          , refused: <Untrusted text={event.refused} />
        </>
      )}
    </p>
    {event.words !== undefined && <Words text={event.words} />}
    {event.requestId !== undefined && <DossierLink of={{ id: event.requestId }} />}
  </li>
);
