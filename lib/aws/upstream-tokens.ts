import type { Handle } from '../domain/principal.ts';
import type { UpstreamTokens } from '../identity/ports.ts';
import { takeIdentityItem } from './attempts.ts';
import { type IdentityKey, type IdentityTable, bodyOf, identityItem, putIdentityItem } from './identity-item.ts';
import { parseUpstream } from './grant-schema.ts';
import { orUnavailable } from './unavailable.ts';

const upstreamKey = (handle: Handle, id: string): IdentityKey => ({ kind: 'upstream', of: handle, sort: id });

/** Refresh tokens of identity providers, sealed, in the identity table. */
export const dynamoUpstreamTokens = (at: IdentityTable): UpstreamTokens => ({
  put: async (handle, box, until) => {
    const item = identityItem(upstreamKey(handle, box.id), box, until);
    await orUnavailable('a refresh token of a provider cannot be stored', putIdentityItem(at, item));
  },
  take: async (handle, id) => {
    const box = parseUpstream(bodyOf(await takeIdentityItem(at, upstreamKey(handle, id)), at.clock));
    return box?.id === id ? box : undefined;
  },
});
