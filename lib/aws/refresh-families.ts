import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Handle } from '../domain/principal.ts';
import { plusSeconds } from '../domain/time.ts';
import type { AuthorizationCodes, RefreshFamilies, RefreshFamily, RefreshTokens } from '../identity/ports.ts';
import {
  type IdentityKey,
  type IdentityTable,
  getIdentityItem,
  identityItem,
  keyOf,
  listIdentityItems,
  putIdentityItem,
} from './identity-item.ts';
import { parseCode, parseFamily, parseRefreshToken } from './grant-schema.ts';
import { orUnavailable, wasWritten } from './unavailable.ts';

/** Beyond its end, so that a second use of a code is told from a code that never was. */
const CODE_KEPT_SECONDS = 600;

const codeKey = (codeHash: string): IdentityKey => ({ kind: 'code', of: codeHash, sort: 'code' });
const familyKey = (handle: Handle, id: string): IdentityKey => ({ kind: 'family', of: handle, sort: id });
const refreshKey = (handle: Handle, tokenHash: string): IdentityKey => ({
  kind: 'refresh',
  of: handle,
  sort: tokenHash,
});

/** Authorization codes in the identity table. */
export const dynamoCodes = (at: IdentityTable): AuthorizationCodes => ({
  put: async (code) => {
    const item = identityItem(codeKey(code.codeHash), code, plusSeconds(code.expiresAt, CODE_KEPT_SECONDS));
    await orUnavailable('a code cannot be stored', putIdentityItem(at, item));
  },
  get: async (codeHash) => {
    const code = parseCode(await getIdentityItem(at, codeKey(codeHash)));
    return code?.codeHash === codeHash ? code : undefined;
  },
});

/** Refresh families in the identity table. */
export const dynamoFamilies = (at: IdentityTable): RefreshFamilies => ({
  put: async (family) => {
    await orUnavailable('a refresh family cannot be stored', putIdentityItem(at, familyItem(family)));
  },
  confirm: (family) =>
    wasWritten(
      'a refresh family cannot be stored',
      putIdentityItem(at, familyItem(family), {
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { '#pk': 'pk' },
      }),
    ),
  get: async (handle, id) => {
    const family = parseFamily(await getIdentityItem(at, familyKey(handle, id)));
    return family?.principal.handle === handle && family.id === id ? family : undefined;
  },
  list: async (handle) =>
    (await listIdentityItems(at, 'family', handle)).map(parseFamily).filter((family) => family !== undefined),
  remove: async (handle, id) => {
    await orUnavailable(
      'a refresh family cannot be removed',
      at.client.send(new DeleteItemCommand({ TableName: at.table, Key: keyOf(familyKey(handle, id)) })),
    );
  },
});

const familyItem = (family: RefreshFamily) =>
  identityItem(familyKey(family.principal.handle, family.id), family, family.expiresAt);

/** Refresh tokens in the identity table, the used ones among them. */
export const dynamoRefreshTokens = (at: IdentityTable): RefreshTokens => ({
  put: async (token) => {
    const item = identityItem(refreshKey(token.handle, token.tokenHash), token, token.expiresAt);
    await orUnavailable('a refresh token cannot be stored', putIdentityItem(at, item));
  },
  get: async (handle, tokenHash) => {
    const token = parseRefreshToken(await getIdentityItem(at, refreshKey(handle, tokenHash)));
    return token?.handle === handle && token.tokenHash === tokenHash ? token : undefined;
  },
});
