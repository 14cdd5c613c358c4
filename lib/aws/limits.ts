import * as z from 'zod/mini';
import { isBefore, plusSeconds } from '../domain/time.ts';
import type { Limits } from '../identity/oauth/ports.ts';
import {
  type IdentityKey,
  type IdentityTable,
  getIdentityItem,
  identityItem,
  putIdentityItem,
  unlessChanged,
} from './identity-item.ts';
import { wasWritten } from './unavailable.ts';

/** So many calls at once get through; more of them are more than anybody types. */
const TRIES = 5;

/** What is none counts as absent. */
const limit = z.object({ count: z.number(), until: z.string() });

const limitKey = (key: string): IdentityKey => ({ kind: 'limit', of: key, sort: 'limit' });

/** Counts in the identity table, each in an item of its own that is written only as it was read. */
export const dynamoLimits = (at: IdentityTable): Limits => ({
  take: async (key, { most, seconds }) => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const read = limit.safeParse(await getIdentityItem(at, limitKey(key))).data;
      const was = read && { count: read.count, until: read.until };
      const now = at.clock.now();
      const goesOn = was !== undefined && isBefore(now, was.until);
      if (goesOn && was.count >= most) return false;
      const next = goesOn ? { count: was.count + 1, until: was.until } : { count: 1, until: plusSeconds(now, seconds) };
      const item = identityItem(limitKey(key), next, next.until);
      if (await wasWritten('a limit cannot be counted', putIdentityItem(at, item, unlessChanged(was, at.clock))))
        return true;
    }
    return false;
  },
});
