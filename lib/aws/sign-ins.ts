import { DeleteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SignIns } from '../broker/end-persons-sessions.ts';
import type { Handle } from '../domain/principal.ts';
import { isBefore } from '../domain/time.ts';
import { type IdentityTable, bodyOf } from './identity-item.ts';
import type { Item } from './ledger-item.ts';
import { dynamoSessions } from './sessions.ts';
import { orUnavailable } from './unavailable.ts';

/** Somebody's sign-ins in the identity table. What renews them is removed unread: only `signin` and `token` know what stands in it. */
export const dynamoSignIns = (at: IdentityTable): SignIns => {
  const sessions = dynamoSessions(at);
  return {
    endAll: async (handle) => {
      const renewing = await families(at, handle);
      for (const { pk, sk } of renewing) await remove(at, { pk: { S: pk?.S ?? '' }, sk: { S: sk?.S ?? '' } });
      // Read when no family is there: what was renewed meanwhile is among them.
      const open = await sessions.list(handle);
      for (const { tokenHash } of open) await sessions.remove(handle, tokenHash);
      const now = at.clock.now();
      const alone = open.filter(({ family, expiresAt }) => family === undefined && isBefore(now, expiresAt));
      return renewing.filter((item) => bodyOf(item, at.clock) !== undefined).length + alone.length;
    },
  };
};

const families = async ({ client, table }: IdentityTable, handle: Handle): Promise<readonly Item[]> => {
  const found: Item[] = [];
  let from: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await orUnavailable(
      'the identity table cannot be read',
      client.send(
        new QueryCommand({
          ...{ TableName: table, ConsistentRead: true, KeyConditionExpression: 'pk = :pk' },
          ExpressionAttributeValues: { ':pk': { S: `family#${handle}` } },
          ...(from && { ExclusiveStartKey: from }),
        }),
      ),
    );
    found.push(...Items);
    from = LastEvaluatedKey;
  } while (from);
  return found;
};

const remove = ({ client, table }: IdentityTable, Key: { pk: { S: string }; sk: { S: string } }): Promise<unknown> =>
  orUnavailable('a refresh family cannot be removed', client.send(new DeleteItemCommand({ TableName: table, Key })));
