import type { GrantParts } from '../../../../lib/identity/oauth/grant-parts.ts';
import type { AuthorizationCode, RefreshFamily, RefreshToken } from '../../../../lib/identity/ports.ts';

/** Codes, families and refresh tokens in memory; what is over stays, as in a table that nobody swept. */
export const memoryGrants = (): Pick<GrantParts, 'codes' | 'families' | 'refreshTokens'> => {
  const codes = new Map<string, AuthorizationCode>();
  const families = new Map<string, RefreshFamily>();
  const tokens = new Map<string, RefreshToken>();
  const keyOf = (handle: string, id: string): string => `${handle} ${id}`;
  const put = (family: RefreshFamily) => families.set(keyOf(family.principal.handle, family.id), family);
  return {
    codes: {
      put: (code) => Promise.resolve(void codes.set(code.codeHash, code)),
      get: (codeHash) => Promise.resolve(codes.get(codeHash)),
    },
    families: {
      put: (family) => Promise.resolve(void put(family)),
      confirm: (family) => {
        const isThere = families.has(keyOf(family.principal.handle, family.id));
        if (isThere) put(family);
        return Promise.resolve(isThere);
      },
      get: (handle, id) => Promise.resolve(families.get(keyOf(handle, id))),
      list: (handle) => Promise.resolve([...families.values()].filter(({ principal }) => principal.handle === handle)),
      remove: (handle, id) => Promise.resolve(void families.delete(keyOf(handle, id))),
    },
    refreshTokens: {
      put: (token) => Promise.resolve(void tokens.set(keyOf(token.handle, token.tokenHash), token)),
      get: (handle, tokenHash) => Promise.resolve(tokens.get(keyOf(handle, tokenHash))),
    },
  };
};
