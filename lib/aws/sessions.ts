import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Handle } from '../domain/principal.ts';
import { plusSeconds } from '../domain/time.ts';
import type { Sessions } from '../identity/ports.ts';
import {
  type IdentityKey,
  type IdentityTable,
  getIdentityItem,
  identityItem,
  keyOf,
  listIdentityItems,
  putIdentityItem,
} from './identity-item.ts';
import { parseSeen, parseSession } from './session-schema.ts';
import { orUnavailable } from './unavailable.ts';

/** So long an expired session is kept, so that its owner hears that it expired and not that it never was. Whoever reads it checks expiry. */
const KEPT_EXPIRED_SECONDS = 86_400;

const sessionKey = (handle: Handle, tokenHash: string): IdentityKey => ({
  kind: 'session',
  of: handle,
  sort: tokenHash,
});

const seenKey = (handle: Handle, id: string): IdentityKey => ({ kind: 'seen', of: handle, sort: id });

/** Sessions in the identity table, and when they were last used. */
export const dynamoSessions = (at: IdentityTable): Sessions => ({
  put: async (session) => {
    const key = sessionKey(session.principal.handle, session.tokenHash);
    const item = identityItem(key, session, plusSeconds(session.expiresAt, KEPT_EXPIRED_SECONDS));
    await orUnavailable('a session cannot be stored', putIdentityItem(at, item));
  },
  get: async (handle, tokenHash) => {
    const session = parseSession(await getIdentityItem(at, sessionKey(handle, tokenHash)));
    // The item must say what its key says.
    return session?.principal.handle === handle && session.tokenHash === tokenHash ? session : undefined;
  },
  list: async (handle) => {
    const bodies = await listIdentityItems(at, 'session', handle);
    return bodies.map(parseSession).filter((session) => session !== undefined);
  },
  remove: async (handle, tokenHash) => {
    await orUnavailable(
      'a session cannot be removed',
      at.client.send(new DeleteItemCommand({ TableName: at.table, Key: keyOf(sessionKey(handle, tokenHash)) })),
    );
  },
  lastSeen: async (handle, id) => {
    const seen = parseSeen(await getIdentityItem(at, seenKey(handle, id)));
    return seen?.id === id ? seen.at : undefined;
  },
  allSeen: async (handle) => {
    const items = (await listIdentityItems(at, 'seen', handle)).map(parseSeen);
    return new Map(items.flatMap((seen) => (seen ? [[seen.id, seen.at] as const] : [])));
  },
  markSeen: async (handle, { id, at: seenAt }, until) => {
    const item = identityItem(seenKey(handle, id), { id, at: seenAt }, until);
    await orUnavailable('when a session was used cannot be stored', putIdentityItem(at, item));
  },
});
