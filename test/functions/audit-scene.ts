import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { create } from '../../functions/audit.ts';
import { dynamoDues } from '../../lib/aws/dues.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { eventOf } from '../../lib/aws/ledger-item.ts';
import { dynamoSearchIndex } from '../../lib/aws/search-index.ts';
import { dynamoSummaries } from '../../lib/aws/summaries.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { watchLedger } from '../../lib/broker/watch-ledger.ts';
import type { Config } from '../../lib/config/environment.ts';
import { httpEvent } from '../support/events.ts';
import { recordingLogger } from '../support/logger.ts';
import { broker } from './requests-scene.ts';

export interface AuditReply {
  readonly status: number;
  readonly json: unknown;
  readonly code: string | undefined;
  /** What the operator is told of it. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
}

/** Asks the function `audit`, on the broker of the scene. */
export const audit = async (
  token: string | undefined,
  path: string,
  more: Partial<Config> = {},
): Promise<AuditReply> => {
  const log = recordingLogger();
  const handler = create(
    { ...broker.config, ...more },
    { clock: broker.clock, chance: systemChance, logger: log.logger },
  );
  const route = (path.split('?')[0] ?? '').replace(/^(\/v1\/audit\/requests\/).+/, '$1{id}');
  const headers = token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
  const reply = await handler(httpEvent({ path, routeKey: `GET ${route}`, ...headers }));
  const json: unknown = JSON.parse(reply.body ?? '{}');
  const code = typeof json === 'object' && json !== null && 'code' in json ? String(json.code) : undefined;
  return { status: reply.statusCode ?? 0, json, code, logged: log.lines() };
};

/** All that happened is told to the function that follows the ledger, as the stream of the table would; nobody else hears of it. */
export const toldOfAll = async (): Promise<void> => {
  const { database, clock, config } = broker;
  const { client, tables } = database;
  const warn = (): void => undefined;
  const index = { client, table: tables.index, warn };
  const { Items = [] } = await client.send(new ScanCommand({ TableName: tables.ledger }));
  for (const event of Items.map(eventOf))
    await watchLedger(
      {
        ...{
          policy: config.policy,
          clock,
          chance: systemChance,
          ledger: dynamoLedger({ client, table: tables.ledger }),
        },
        ...{ dues: dynamoDues(index), summaries: dynamoSummaries(index), search: dynamoSearchIndex(index) },
        notices: { send: () => Promise.resolve() },
        linkNotices: { sendLink: () => Promise.resolve() },
        revocations: { send: () => Promise.resolve() },
        alarm: warn,
      },
      {
        kind: 'appended',
        changeId: `change-${event.eventId}`,
        at: event.at,
        stream: event.stream,
        seq: event.seq,
        hash: event.hash,
        event,
      },
    );
};
