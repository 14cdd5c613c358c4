import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

let stack: TestStack;
let client: DynamoDBClient;

beforeAll(async () => {
  stack = await startTestStack();
  const credentials = { accessKeyId: 'by', secretAccessKey: 'hand' };
  client = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1', credentials });
});
afterAll(async () => {
  client.destroy();
  await stack.close();
});

test('what is started is active: on record under on-deploy’s own role, and no forgery to whoever watches', async () => {
  const table = stack.template.tables['LedgerTable']?.createTable.TableName ?? '';
  const ledger = dynamoLedger({ client, table });
  const [activated, ...more] = await ledger.read('control');
  expect(activated).toMatchObject({ type: 'policy.activated', actor: { kind: 'system', handle: 'on-deploy' } });
  // The version of the bundle is the one that the template names.
  expect(activated?.data).toMatchObject({ version: activated?.policy });
  expect(more).toStrictEqual([]);
  await stack.ledgerStream.poll();
  expect(stack.aws.calls.filter(({ decision }) => decision === 'denied')).toStrictEqual([]);
  expect(stack.logged.filter((line) => line.includes('"level":"ERROR"'))).toStrictEqual([]);
  const browser = await stack.signedIn('engineer@example.com');
  const body = { entitlementId: 'prod-read', justification: 'Reading the logs of last night.', durationSeconds: 900 };
  const dryRun = await browser.call('POST', '/v1/requests?dryRun=true', body);
  expect(JSON.stringify(dryRun)).toContain('"policyActive","outcome":"satisfied"');
});
