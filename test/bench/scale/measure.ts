import { generateKeyPairSync } from 'node:crypto';
import { dynamoLedger } from '../../../lib/aws/ledger.ts';
import { dynamoLogPlaces } from '../../../lib/aws/log-places.ts';
import { dynamoSearchIndex } from '../../../lib/aws/search-index.ts';
import { dynamoSummaries } from '../../../lib/aws/summaries.ts';
import { activatePolicy } from '../../../lib/broker/activate-policy.ts';
import { dossierOf } from '../../../lib/broker/dossier/dossier.ts';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { listRequests } from '../../../lib/broker/list-requests.ts';
import { readRequest } from '../../../lib/broker/read-request.ts';
import { searchLedger } from '../../../lib/broker/search/search.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { newWorld } from '../../faults/world.ts';
import { approver, auditor, engineer, noon, policy } from '../../support/builders.ts';
import type { TestDynamoDb } from '../../support/dynamodb.ts';
import { memoryClock, patient } from '../../support/memory.ts';
import { type Reads, counting } from '../counted-reads.ts';
import { admin, idOf } from './fill.ts';

export interface Measured {
  /** By the name of the page or read. */
  readonly reads: Readonly<Record<string, Reads>>;
  /** Those that change nothing, to be timed. */
  readonly pages: Readonly<Record<string, () => Promise<unknown>>>;
}

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Counts what each page and read takes where so many requests are. */
export const measure = async (database: TestDynamoDb, requests: number): Promise<Measured> => {
  const { client, tables } = database;
  // The last that was decided: one in ten is not. Its grant is of half a minute ago.
  const requestId = idOf(requests - 1);
  const now = noon(requests + 30);
  const fresh = (who: Principal): Principal => ({ ...who, groupsAt: now, authenticatedAt: now });
  const counted = counting(client);
  const { desk, aws } = newWorld({ policy: policy([admin]), seed: requests });
  const clock = memoryClock(now);
  const ledger = dynamoLedger({ client, table: tables.ledger });
  await activatePolicy({ ...desk, ledger, clock }, desk.policy.version, patient);
  const on = { client, table: tables.index, warn: desk.warn };
  const parts = { ...desk, ...aws, clock, ledger, summaries: dynamoSummaries(on), search: dynamoSearchIndex(on) };
  const log = { ledger, places: dynamoLogPlaces(on), checkpointKeys: () => Promise.resolve([publicKey]) };
  const list = (as: 'requester' | 'approver' | 'auditor', by: Principal) => () =>
    listRequests(parts, fresh(by), { as, limit: 50 });
  const search = (by: object) => () => searchLedger(parts, fresh(auditor), { limit: 50, ...by });
  const pages = {
    'list as requester': list('requester', engineer),
    'list as approver': list('approver', approver),
    'list as auditor': list('auditor', auditor),
    'one request': () => readRequest(parts, fresh(approver), requestId),
    'search: everything': search({}),
    'search: a person': search({ person: engineer.handle }),
    'search: a type': search({ type: 'request.approved' }),
    dossier: () => dossierOf(parts, log, fresh(auditor), requestId),
  };
  const reads: Record<string, Reads> = {};
  for (const [name, page] of Object.entries(pages)) reads[name] = await counted(page);
  reads['issue'] = await counted(() =>
    issueCredentials(parts, { requestId, patience: patient, caller: Promise.resolve(fresh(engineer)) }),
  );
  return { reads, pages };
};

/** Where many requests cost more reads than few, or anything scans; in a sentence each. */
export const dearer = (few: Measured['reads'], many: Measured['reads']): readonly string[] =>
  Object.entries(many).flatMap(([name, { commands, units }]) => {
    const before = few[name];
    const said = (which: Reads['commands'] | undefined): string => JSON.stringify(which ?? {});
    const more = Object.keys(commands).some((each) => (commands[each] ?? 0) > (before?.commands[each] ?? 0));
    return [
      ...(commands['ScanCommand'] === undefined ? [] : [`${name} scans`]),
      ...(more ? [`${name}: ${said(commands)} where few take ${said(before?.commands)}`] : []),
      ...(units > (before?.units ?? 0) ? [`${name}: ${units} read units where few take ${before?.units ?? 0}`] : []),
    ];
  });
