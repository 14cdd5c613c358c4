import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoDues } from '../../lib/aws/dues.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { seal } from '../../lib/broker/chain.ts';
import type { DueKind } from '../../lib/domain/due.ts';
import { plusSeconds } from '../../lib/domain/time.ts';
import type { Notice } from '../../lib/broker/notice.ts';
import { requestId } from '../contract/requests.ts';
import { submitted } from '../support/builders.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

let stack: TestStack;
/** Behind the local AWS's back: what somebody asked for some time ago. */
let byHand: DynamoDBClient;
const notices: Notice[] = [];

beforeAll(async () => {
  stack = await startTestStack({ onNotice: (notice) => void notices.push(notice) });
  const credentials = { accessKeyId: 'by', secretAccessKey: 'hand' };
  byHand = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1', credentials });
});
afterAll(async () => {
  byHand.destroy();
  await stack.close();
});

const table = (logicalId: string): string => stack.template.tables[logicalId]?.createTable.TableName ?? '';
const ledger = () => dynamoLedger({ client: byHand, table: table('LedgerTable') });

/** Asked for an hour ago, and something of it is due since a minute. */
const asked = async (number: number, kind: DueKind, pendingForSeconds: number): Promise<string> => {
  const now = new Date().toISOString();
  const id = requestId(number);
  const pendingUntil = plusSeconds(now, pendingForSeconds);
  const event = submitted({ requestId: id, pendingUntil }, { at: plusSeconds(now, -3600) });
  await ledger().append(seal(undefined, `request#${id}`, event));
  const dues = dynamoDues({ client: byHand, table: table('IndexTable') });
  await dues.again({ requestId: id, kind, at: plusSeconds(now, -60) });
  return id;
};

test('what is due is done under the function’s own role, and whom it concerns is told', async () => {
  const late = await asked(1, 'lapse', -60);
  const waiting = await asked(2, 'approval_reminder', 3600);
  await stack.schedule.run();
  await stack.schedule.run();
  expect((await ledger().read(`request#${late}`)).map(({ type }) => type)).toEqual([
    'request.submitted',
    'request.lapsed',
  ]);
  await stack.ledgerStream.poll();
  await stack.notices.poll();
  const told = notices.map(({ kind, requestId: of }) => [kind, of]);
  expect(told).toContainEqual(['lapsed', late]);
  expect(told.filter(([kind]) => kind === 'approval_reminder')).toEqual([['approval_reminder', waiting]]);
  expect(stack.aws.calls.filter(({ decision }) => decision === 'denied')).toStrictEqual([]);
  expect(stack.logged.filter((line) => line.includes('"level":"ERROR"'))).toStrictEqual([]);
});
