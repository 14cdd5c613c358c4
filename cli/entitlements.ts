import { configFolder, nameOf } from './config-folder.ts';
import { unknownAnswer } from './failure.ts';
import { member, text, texts } from './json.ts';
import { privateFiles } from './private-files.ts';
import { failureOf } from './server.ts';
import { type Place, callSignedIn } from './sign-in.ts';

/** What may be asked for, of what the API tells of it. */
export interface Entitlement {
  readonly id: string;
  readonly title: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly maxDurationSeconds: number;
  /** All of it, as the server answers it. */
  readonly view: unknown;
}

/** As access.yml spells them; what is named so is written into files and told to shells. */
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** No secret, and looked up while somebody types: no keyring is asked for them. */
const names = () => privateFiles(configFolder(process.env));

const fileOf = ({ server }: Place): string => `entitlements.${nameOf(server)}`;

/** The caller's own, ordered by id. Their names are kept, for whoever completes words. @throws Failure as the server refuses */
export const readEntitlements = async (place: Place): Promise<readonly Entitlement[]> => {
  const answer = await callSignedIn(place, 'GET', '/v1/entitlements');
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const list = member(answer.body, 'entitlements');
  if (!Array.isArray(list)) throw unknownAnswer(place.server);
  const found = list.map((each: unknown) => entitlementIn(place, each));
  await names().write(fileOf(place), { ids: found.map(({ id }) => id) });
  return found;
};

const entitlementIn = ({ server }: Place, view: unknown): Entitlement => {
  const [id, accountId] = [text(view, 'id'), text(view, 'accountId')];
  const maxDurationSeconds = member(view, 'maxDurationSeconds');
  if (id === undefined || !ID.test(id) || accountId === undefined || typeof maxDurationSeconds !== 'number')
    throw unknownAnswer(server);
  const [title, accountName] = [text(view, 'title') ?? id, text(view, 'accountName') ?? accountId];
  return { id, title, accountId, accountName, maxDurationSeconds, view };
};

/** Their ids as they were seen last at this server. */
export const knownEntitlements = async (place: Place): Promise<readonly string[]> =>
  texts(await names().read(fileOf(place)), 'ids').filter((id) => ID.test(id));

export const isEntitlementId = (word: string): boolean => ID.test(word);
