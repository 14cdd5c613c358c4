import type { SignIns } from '../broker/end-persons-sessions.ts';
import { isBefore } from '../domain/time.ts';
import type { IdentityTable } from './identity-item.ts';
import { dynamoFamilies } from './refresh-families.ts';
import { dynamoSessions } from './sessions.ts';

/** Somebody's sign-ins in the identity table. */
export const dynamoSignIns = (at: IdentityTable): SignIns => {
  const sessions = dynamoSessions(at);
  const families = dynamoFamilies(at);
  return {
    endAll: async (handle) => {
      const renewing = await families.list(handle);
      for (const { id } of renewing) await families.remove(handle, id);
      // Read when no family is there: what was renewed meanwhile is among them.
      const open = await sessions.list(handle);
      for (const { tokenHash } of open) await sessions.remove(handle, tokenHash);
      const now = at.clock.now();
      return [...renewing, ...open.filter(({ family }) => family === undefined)].filter(({ expiresAt }) =>
        isBefore(now, expiresAt),
      ).length;
    },
  };
};
