import type { Actor, EventType } from '../../domain/event.ts';
import type { Handle, Instant } from '../../domain/principal.ts';
import type { Desk } from '../broker.ts';
import type { Person } from '../staged-view.ts';
import type { FoundEvent, FoundGrant, OfRequest } from './found.ts';

/** An event as a search shows it. Whoever is forgotten is a handle, and their words are absent. */
export interface EventView extends Omit<Partial<OfRequest>, 'requester'> {
  readonly eventId: string;
  readonly stream: string;
  readonly seq: number;
  readonly type: EventType;
  readonly at: Instant;
  readonly actor: Person & Pick<Actor, 'kind'>;
  readonly requester?: Person;
  readonly people: readonly Person[];
  readonly refused?: string;
  readonly words?: string;
}

/** A grant as a search shows it. */
export interface GrantView extends Omit<OfRequest, 'requester'>, Omit<FoundGrant, keyof OfRequest | 'people' | 'seq'> {
  readonly requester: Person;
  /** The requester, and who said yes. */
  readonly people: readonly Person[];
}

interface Found {
  readonly events: readonly FoundEvent[];
  readonly grants: readonly FoundGrant[];
}

interface Views {
  readonly events: readonly EventView[];
  readonly grants: readonly GrantView[];
}

/** With everybody's names and words in two reads, however many they are. @throws HatcheckError `ledger_unavailable` */
export const viewFound = async ({ people, texts }: Pick<Desk, 'people' | 'texts'>, found: Found): Promise<Views> => {
  const { events, grants } = found;
  const handles = new Set([...events, ...grants].flatMap(({ people: all }) => all));
  const [names, words] = await Promise.all([
    people.get([...handles]),
    texts.get(events.flatMap(({ actor, words: ref }) => (ref ? [{ author: actor.handle, ref }] : []))),
  ]);
  const person = (handle: Handle): Person => ({ handle, ...names.get(handle) });
  return {
    events: events.map(({ actor, requester, people: all, words: ref, ...more }) => {
      const text = ref ? words.get(ref.id) : undefined;
      return {
        ...more,
        actor: { ...person(actor.handle), kind: actor.kind },
        ...(requester === undefined ? {} : { requester: person(requester) }),
        people: all.map(person),
        ...(text === undefined ? {} : { words: text }),
      };
    }),
    grants: grants.map(({ requester, people: all, seq: _seq, ...more }) => ({
      ...more,
      requester: person(requester),
      people: all.map(person),
    })),
  };
};
