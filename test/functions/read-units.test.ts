import { expect, test } from '@jest/globals';
import { compareUnits } from '../bench/read-units.ts';
import { startDynamoDb } from '../support/dynamodb.ts';

test('regression 19: listing and acting take as many read units at 100 requests as at 2,000', async () => {
  const [few, more, many] = await compareUnits([100, 1000, 2000], startDynamoDb);
  const ofMany = many?.['list as auditor'];
  expect(many).toEqual({ ...few, 'list as auditor': ofMany });
  // Everybody's list is merged from the shards of a month, which hold less than a page each while there are few.
  expect(ofMany).toBe(more?.['list as auditor']);
  expect(Object.values(many ?? {}).every((units) => units > 0 && units < 60)).toBe(true);
});
