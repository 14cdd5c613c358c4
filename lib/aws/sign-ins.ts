import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { SignIns } from '../broker/end-persons-sessions.ts';
import { isBefore } from '../domain/time.ts';
import { type IdentityKey, type IdentityTable, bodyOf, identityItems, keyOf } from './identity-item.ts';
import { dynamoSessions } from './sessions.ts';
import { orUnavailable } from './unavailable.ts';

/** Somebody's sign-ins in the identity table. What renews them is removed unread: only `signin` and `token` know what stands in it. */
export const dynamoSignIns = (at: IdentityTable): SignIns => {
  const sessions = dynamoSessions(at);
  return {
    endAll: async (handle) => {
      const renewing = await identityItems(at, 'family', handle);
      for (const { sk } of renewing) await remove(at, { kind: 'family', of: handle, sort: sk?.S ?? '' });
      // Read when no family is there: what was renewed meanwhile is among them.
      const open = await sessions.list(handle);
      for (const { tokenHash } of open) await sessions.remove(handle, tokenHash);
      const now = at.clock.now();
      const alone = open.filter(({ family, expiresAt }) => family === undefined && isBefore(now, expiresAt));
      return renewing.filter((item) => bodyOf(item, at.clock) !== undefined).length + alone.length;
    },
  };
};

const remove = ({ client, table }: IdentityTable, key: IdentityKey): Promise<unknown> =>
  orUnavailable(
    'a refresh family cannot be removed',
    client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(key) })),
  );
