import { type EventView, type GrantView, searchRecord } from '../api/calls.ts';
import { Page } from '../app/page.tsx';
import { go, useAddress } from '../app/router.ts';
import { DossierLink } from '../parts/dossier-link.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { PersonName } from '../parts/person.tsx';
import { roleName } from '../parts/role-name.ts';
import { Untrusted, Words } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';
import { usePages } from './pages.ts';
import { SearchForm, apiQuery, searchedFrom } from './search-form.tsx';

/** Who could do what, and what happened, for auditors; what is looked for stands in the address. */
export const Search = () => {
  const { query } = useAddress();
  const searched = searchedFrom(query);
  const name = query.toString();
  const { pages, hasMore, isReading, fault, readMore } = usePages(name, (cursor) =>
    searchRecord(apiQuery(searched, cursor)),
  );
  const grants = pages.flatMap((page) => page.grants);
  const events = pages.flatMap((page) => page.events);
  const count = grants.length + events.length;
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
      {grants.length > 0 && (
        <section aria-labelledby="could">
          <h2 id="could">Who could do what</h2>
          <ul class="cards">
            {grants.map((grant) => (
              <Could key={grant.requestId} grant={grant} />
            ))}
          </ul>
        </section>
      )}
      {events.length > 0 && (
        <section aria-labelledby="happened">
          <h2 id="happened">What happened</h2>
          <ul class="cards">
            {events.map((event) => (
              <Happened key={event.eventId} event={event} />
            ))}
          </ul>
        </section>
      )}
      {isReading && <Loading />}
      {(hasMore || fault !== undefined) && (
        <button type="button" class="quiet" disabled={isReading} onClick={readMore}>
          {fault === undefined ? 'Look further back' : 'Try again'}
        </button>
      )}
    </Page>
  );
};

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
