import { createHash } from 'node:crypto';
import type { People, PersonName } from '../broker/ports.ts';
import type { KnownPeople } from '../chatops/tell-people.ts';
import type { Handle, PersonRef } from '../domain/principal.ts';
import type { Directory } from '../identity/ports.ts';
import { batchGet } from './batch-get.ts';
import { type IdentityKey, type IdentityTable, bodyOf, identityItem, putIdentityItem } from './identity-item.ts';
import { parseNamed, parsePersonName } from './person-schema.ts';
import { orUnavailable } from './unavailable.ts';

/** What access.yml names a person by, as a hash, since a key has a length. Deleted with the other, where a person is forgotten. */
const namedKey = ({ issuer, subject }: Pick<PersonRef, 'issuer' | 'subject'>): IdentityKey => ({
  kind: 'person',
  of: `named#${createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')}`,
  sort: 'handle',
});

const personKey = (handle: Handle): IdentityKey => ({ kind: 'person', of: handle, sort: 'person' });

/** What people are called, in the identity table. Deleting the item forgets them. */
export const dynamoDirectory = (at: IdentityTable): Directory & People & KnownPeople => ({
  remember: async ({ handle, displayName, email, issuer, subject }) => {
    const name: PersonName = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(email === undefined ? {} : { email }),
    };
    await orUnavailable(
      'a name cannot be stored',
      Promise.all([
        putIdentityItem(at, identityItem(personKey(handle), name)),
        putIdentityItem(at, identityItem(namedKey({ issuer, subject }), { handle })),
      ]),
    );
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
  handlesOf: async (people) => {
    const items = await orUnavailable('people cannot be looked up', batchGet(at, people.map(namedKey)));
    return items.flatMap((item) => parseNamed(bodyOf(item, at.clock)) ?? []);
  },
});
