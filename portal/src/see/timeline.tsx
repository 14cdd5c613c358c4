import type { OneRequest, StoredEvent } from '../api/calls.ts';
import { PersonName } from '../parts/person.tsx';
import { Words } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';
import { eventWords } from './event-words.ts';
import { peopleIn, wordsOf } from './words-of.ts';

/** What happened, as the ledger has it, each with its place in the chain. */
export const Timeline = ({ request, events }: OneRequest) => {
  const people = peopleIn(request);
  return (
    <section aria-labelledby="happened">
      <h2 id="happened">What happened</h2>
      <ol class="timeline">
        {events.map((event) => (
          <li key={event.eventId} class={event.type.replace('.', '-')}>
            <Who of={event} people={people} /> {eventWords(event)}.
            <div>
              <When at={event.at} />
            </div>
            <Said text={wordsOf(event, request)} />
            <OnRecord event={event} />
          </li>
        ))}
      </ol>
    </section>
  );
};

const Who = ({ of: { actor }, people }: { of: StoredEvent; people: ReturnType<typeof peopleIn> }) =>
  actor.kind === 'system' ? (
    <strong>Hatcheck</strong>
  ) : (
    <strong>
      <PersonName of={people.get(actor.handle) ?? { handle: actor.handle }} />
    </strong>
  );

const Said = ({ text }: { text: string | undefined }) =>
  text === undefined || text === '' ? null : <Words text={text} />;

const OnRecord = ({ event: { stream, seq, type, policy, hash } }: { event: StoredEvent }) => (
  <details class="on-record">
    <summary>On record</summary>
    <code>
      {type} {stream} {seq} {hash}
      {policy !== undefined && ` policy ${policy}`}
    </code>
  </details>
);
