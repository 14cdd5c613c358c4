import type { People, PersonName } from '../broker/ports.ts';
import type { Handle } from '../domain/principal.ts';
import type { Directory } from '../identity/ports.ts';
import { batchGet } from './batch-get.ts';
import { type IdentityKey, type IdentityTable, bodyOf, identityItem, putIdentityItem } from './identity-item.ts';
import { parsePersonName } from './person-schema.ts';
import { orUnavailable } from './unavailable.ts';

const personKey = (handle: Handle): IdentityKey => ({ kind: 'person', of: handle, sort: 'person' });

/** What people are called, in the identity table. Deleting the item forgets them. */
export const dynamoDirectory = (at: IdentityTable): Directory & People => ({
  remember: async ({ handle, displayName, email }) => {
    const name: PersonName = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(email === undefined ? {} : { email }),
    };
    await orUnavailable('a name cannot be stored', putIdentityItem(at, identityItem(personKey(handle), name)));
  },
  get: async (handles) => {
    const items = await orUnavailable('names cannot be read', batchGet(at, handles.map(personKey)));
    const names = new Map(items.map((item) => [item['pk']?.S, parsePersonName(bodyOf(item, at.clock))]));
    return new Map(
      handles.flatMap((handle) => {
        const name = names.get(`person#${handle}`);
        return name ? [[handle, name] as const] : [];
      }),
    );
  },
});
