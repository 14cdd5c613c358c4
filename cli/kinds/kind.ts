import type { Asker } from '../asker.ts';
import { Failure, unknownAnswer } from '../failure.ts';
import { oneBeginning } from '../finding/one-beginning.ts';
import { member, text } from '../json.ts';
import { say, sayJson } from '../print.ts';
import { failureOf } from '../server.ts';
import { heading } from '../shown/status.ts';
import { type Cell, tableLines } from '../shown/table.ts';
import { type Place, callSignedIn } from '../sign-in.ts';

/** What the API lists beside requests: holds, delegations, sessions, identities. */
export interface Kind {
  /** As the API's path, and the member of its answer, is called. */
  readonly name: string;
  /** One of them, as people say. */
  readonly one: string;
  /** Its member that is its id. */
  readonly id: string;
  readonly heading: readonly string[];
  /** The cells of one, its id the first. */
  readonly row: (view: unknown, now: Date) => readonly [id: string, ...more: Cell[]];
}

/** @throws Failure as the server refuses */
export const readKind = async (place: Place, { name }: Kind): Promise<unknown> => {
  const answer = await callSignedIn(place, 'GET', `/v1/${name}`);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  return answer.body;
};

/** Those of an answer. @throws Failure for one that has none */
export const itemsOf = ({ server }: Place, { name }: Kind, body: unknown): readonly unknown[] => {
  const found = member(body, name);
  if (!Array.isArray(found)) throw unknownAnswer(server);
  return found;
};

export const sayKind = (
  place: Place,
  kind: Kind,
  body: unknown,
  { json = false }: { readonly json?: boolean },
): void => {
  if (json) {
    sayJson(body);
    return;
  }
  const items = itemsOf(place, kind, body);
  if (items.length === 0) say(`There are no ${kind.name}.`);
  else
    for (const line of tableLines([heading(kind.heading), ...items.map((each) => kind.row(each, place.now()))]))
      say(line);
};

/** The id of one, by its beginning, or chosen. @throws Failure 2 where it is not said and nobody can choose, 1 where there is none */
export const idOfKind = async (
  place: Place,
  kind: Kind,
  given: string | undefined,
  asker: Asker | undefined,
): Promise<string> => {
  if (given === undefined && !asker)
    throw new Failure(2, `say which ${kind.one}`, { next: `hatcheck ${kind.name} shows them` });
  const items = itemsOf(place, kind, await readKind(place, kind));
  const ids = items.map((each) => ({ id: text(each, kind.id) ?? '' }));
  if (given !== undefined) return oneBeginning(ids, given).id;
  if (ids.length === 0 || !asker) throw new Failure(1, `there are no ${kind.name}`, { code: 'not_found' });
  return asker.choose(
    `Which ${kind.one}?`,
    items.map((each) => {
      const [name, ...more] = kind.row(each, place.now());
      return { value: text(each, kind.id) ?? '', name, more };
    }),
  );
};

/** Takes one away; what is left comes back. @throws Failure as the server refuses */
export const removeOfKind = async (place: Place, { name }: Kind, id: string, json?: object): Promise<unknown> => {
  const answer = await callSignedIn(place, 'DELETE', `/v1/${name}/${encodeURIComponent(id)}`, json ? { json } : {});
  if (answer.status !== 200) throw failureOf(place.server, answer);
  return answer.body;
};
