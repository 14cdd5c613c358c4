import { parseArgs } from 'node:util';
import { itemOf } from '../../lib/aws/ledger-item.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { summaryItems } from '../../lib/aws/summary-items.ts';
import { dynamoSummaries } from '../../lib/aws/summaries.ts';
import { activatePolicy } from '../../lib/broker/activate-policy.ts';
import { decideRequest } from '../../lib/broker/decide-request.ts';
import { issueCredentials } from '../../lib/broker/issue.ts';
import { listRequests } from '../../lib/broker/list-requests.ts';
import { readRequest } from '../../lib/broker/read-request.ts';
import { submitRequest } from '../../lib/broker/submit-request.ts';
import { summaryOf } from '../../lib/broker/summary.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { newWorld } from '../faults/world.ts';
import { approver, auditor, engineer, noon, policy, request } from '../support/builders.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { memoryClock, patient } from '../support/memory.ts';
import { counting } from './counted-reads.ts';
import { admin, idOf, lifeOf, overHttp } from './scale/fill.ts';

const NOW = noon(200_000);
const fresh = (who: Principal): Principal => ({ ...who, groupsAt: NOW, authenticatedAt: NOW });

/** Read units of one page of fifty, or of one act, by its name. */
export type Units = Readonly<Record<string, number>>;

/** Of as many requests as there are ids, one a second, all of one person and all waiting for one group: the worst there is. */
const fill = async (database: TestDynamoDb, from: number, to: number): Promise<void> => {
  const write = overHttp(database);
  for (let first = from; first < to; first += 500) {
    const lives = Array.from({ length: Math.min(500, to - first) }, (_, more) => lifeOf(first + more, 1));
    await write('ledger', lives.flat().map(itemOf));
    await write(
      'index',
      lives.flatMap((life) => summaryItems(summaryOf(request(...life)))),
    );
  }
};

/** What the adapters of ledger and index consume, each as the functions use them, counted by DynamoDB itself. */
const unitsAt = async (database: TestDynamoDb, requests: number): Promise<Units> => {
  const { client, tables } = database;
  const reads = counting(client);
  const { desk, aws } = newWorld({ policy: policy([admin]), seed: requests });
  const clock = memoryClock(NOW);
  const ledger = dynamoLedger({ client, table: tables.ledger });
  await activatePolicy({ ...desk, ledger, clock }, desk.policy.version, patient);
  const summaries = dynamoSummaries({ client, table: tables.index, warn: desk.warn });
  const struck = { ...desk, ...aws, clock, ledger, summaries };
  const units: Record<string, number> = {};
  const counted = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    units[name] = (await reads(work)).units;
  };
  const list = (as: 'requester' | 'approver' | 'auditor', by: Principal) =>
    counted(`list as ${as}`, () => listRequests(struck, by, { as, limit: 50 }));
  const ask = { entitlementId: admin.id, justification: 'restore the payments queue', durationSeconds: 600 };
  const asking = () => submitRequest(struck, { principal: fresh(engineer), ask, patience: patient });
  // Whoever never asked has no stream that could be read.
  await asking();
  await list('requester', fresh(engineer));
  await list('approver', fresh(approver));
  await list('auditor', fresh(auditor));
  const acting = { requestId: idOf(requests - 1), patience: patient };
  const acts = { principal: fresh(approver), channel: 'portal', ...acting } as const;
  await counted('read', () => readRequest(struck, fresh(approver), acting.requestId));
  await counted('approve', () => decideRequest(struck, { ...acts, act: { type: 'approve' } }));
  await counted('credentials', () => issueCredentials(struck, { ...acting, caller: Promise.resolve(fresh(engineer)) }));
  await counted('revoke', () => decideRequest(struck, { ...acts, act: { type: 'revoke', reason: 'It is over.' } }));
  await counted('ask', asking);
  return units;
};

/** What each page and act takes at each of these numbers of requests, one after the other in the same tables. */
export const compareUnits = async (
  sizes: readonly number[],
  start: () => Promise<TestDynamoDb>,
): Promise<readonly Units[]> => {
  const database = await start();
  try {
    const seen: Units[] = [];
    let there = 0;
    for (const size of sizes) {
      await fill(database, there, size);
      there = size;
      seen.push(await unitsAt(database, size));
    }
    return seen;
  } finally {
    await database.close();
  }
};

/** `node test/bench/read-units.ts --requests 100000` */
if (import.meta.main) {
  const { values } = parseArgs({ options: { requests: { type: 'string', default: '100000' } } });
  const sizes = [100, 1000, Number(values.requests)];
  const seen = await compareUnits(sizes, startDynamoDb);
  for (const name of Object.keys(seen[0] ?? {}))
    process.stdout.write(`${name.padEnd(20)} ${seen.map((units) => String(units[name]).padStart(8)).join('')}\n`);
  // All months' shards are read for everybody's list: with few requests they hold less than a page each.
  const isEqual = Object.keys(seen[0] ?? {}).every(
    (name) => name === 'list as auditor' || seen[0]?.[name] === seen[2]?.[name],
  );
  process.exitCode = isEqual && seen[1]?.['list as auditor'] === seen[2]?.['list as auditor'] ? 0 : 1;
}
