import { ConditionalCheckFailedException, DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Attempts } from '../identity/ports.ts';
import { type IdentityKey, type IdentityTable, bodyOf, identityItem, keyOf, putIdentityItem } from './identity-item.ts';
import { parseAttempt } from './sign-in-schema.ts';
import type { Item } from './ledger-item.ts';
import { orUnavailable, unavailable } from './unavailable.ts';

const attemptKey = (stateHash: string): IdentityKey => ({ kind: 'attempt', of: stateHash, sort: 'attempt' });

/** Sign-ins under way, in the identity table. */
export const dynamoAttempts = (at: IdentityTable): Attempts => ({
  put: async (attempt) => {
    const item = identityItem(attemptKey(attempt.stateHash), attempt, attempt.expiresAt);
    await orUnavailable('a sign-in cannot be stored', putIdentityItem(at, item));
  },
  take: async (stateHash) => {
    const attempt = parseAttempt(bodyOf(await takeIdentityItem(at, attemptKey(stateHash)), at.clock));
    return attempt?.stateHash === stateHash ? attempt : undefined;
  },
});

/** One conditional delete: of several at once, exactly one gets the item. */
export const takeIdentityItem = async (
  { client, table }: IdentityTable,
  key: IdentityKey,
): Promise<Item | undefined> => {
  try {
    const { Attributes } = await client.send(
      new DeleteItemCommand({
        TableName: table,
        Key: keyOf(key),
        ConditionExpression: 'attribute_exists(#pk)',
        ExpressionAttributeNames: { '#pk': 'pk' },
        ReturnValues: 'ALL_OLD',
      }),
    );
    return Attributes;
  } catch (cause) {
    if (cause instanceof ConditionalCheckFailedException) return undefined;
    throw unavailable('a sign-in cannot be taken', cause);
  }
};
