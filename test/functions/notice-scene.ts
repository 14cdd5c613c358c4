import { randomBytes } from 'node:crypto';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { create } from '../../functions/on-notice.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { seal } from '../../lib/broker/chain.ts';
import type { LinkNotice } from '../../lib/broker/link-notice.ts';
import type { Notice } from '../../lib/broker/notice.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { ChatSettings } from '../../lib/chatops/settings.ts';
import type { Config } from '../../lib/config/environment.ts';
import type { RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import { type LocalAws, startLocalAws } from '../../local/aws/server.ts';
import { requestId } from '../contract/requests.ts';
import { BROKER_ACCOUNT, role } from '../local/aws/small-world.ts';
import { NOON, engineer, entitlement, noon, policy, submitted } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { APPROVALS, type TestWorkspace, WORKSPACE, startWorkspace } from '../support/slack-workspace.ts';

const FUNCTION = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/on-notice`;
const urlOf = (name: string) => `https://sqs.eu-west-1.amazonaws.com/${BROKER_ACCOUNT}/${name}.fifo`;

export const APPROVERS: Notice['to'] = [{ role: 'approvers', groups: ['okta:sre-leads'] }];
export const REQUESTER: Notice['to'] = [{ role: 'requester', handle: engineer.handle }];

export const SLACK = {
  ...{ ...WORKSPACE, signingSecrets: [], botToken: 'env:TEST_SLACK_TOKEN' },
  channels: [{ approvers: ['okta:sre-leads'], channel: APPROVALS }],
} satisfies ChatSettings['slack'];

export interface NoticeScene {
  readonly database: TestDynamoDb;
  readonly aws: LocalAws;
  readonly slack: TestWorkspace;
  /** The identity table, as adapters take it. */
  readonly identity: {
    readonly client: TestDynamoDb['client'];
    readonly table: string;
    readonly clock: ReturnType<typeof memoryClock>;
  };
  close(): Promise<void>;
}

/** The function's AWS and its Slack. */
export const startNoticeScene = async (): Promise<NoticeScene> => {
  const [database, slack] = await Promise.all([startDynamoDb(), startWorkspace()]);
  const queue = { fifo: true, visibilitySeconds: 60 };
  const aws = await startLocalAws({
    port: 0,
    world: { accounts: { [BROKER_ACCOUNT]: { buckets: [] } }, roles: [role(FUNCTION)] },
    dynamodbAccount: BROKER_ACCOUNT,
    queues: [
      { ...queue, name: 'notices.fifo' },
      { ...queue, name: 'failures.fifo' },
    ],
    mailIdentities: ['example.com'],
    signingKey: randomBytes(32),
  });
  const { accessKeyId, secretAccessKey, sessionToken } = aws.credentialsFor(FUNCTION, 'on-notice');
  Object.assign(process.env, {
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken },
    TEST_SLACK_TOKEN: slack.botToken,
  });
  return {
    ...{ database, aws, slack },
    identity: { client: database.client, table: database.tables.identity, clock: memoryClock() },
    close: async () => {
      await Promise.all([aws.close(), slack.close(), database.close()]);
    },
  };
};

/** The function, a minute after noon. */
export const noticeFunction = (
  { database, aws, slack }: NoticeScene,
  chat: ChatSettings = { slack: SLACK },
  of: Entitlement = entitlement(),
  endpoints: Config['endpoints'] = {},
) => {
  const log = recordingLogger();
  const config = testConfig({
    ...{ tables: database.tables, policy: policy([of]), origin: 'https://hatcheck.example.com', chat },
    ...{ noticesQueue: urlOf('notices'), noticesFailuresQueue: urlOf('failures') },
    endpoints: {
      ...{ dynamodb: database.endpoint, sqs: aws.endpoint, ses: aws.endpoint, slack: slack.endpoint },
      ...endpoints,
    },
  });
  const handler = create(config, { clock: memoryClock(noon(60)), chance: systemChance, logger: log.logger });
  /** Answers which are to be told again. */
  const tell = async (...notices: readonly (Notice | LinkNotice | string)[]): Promise<readonly string[]> => {
    const Records = notices.map((notice, index) => message(notice, `message-${index + 1}`));
    return (await handler({ Records })).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
  return { log, tell };
};

const message = (notice: Notice | LinkNotice | string, messageId: string) => ({
  ...{ messageId, receiptHandle: 'receipt', body: typeof notice === 'string' ? notice : JSON.stringify(notice) },
  attributes: {
    ApproximateReceiveCount: '1',
    MessageGroupId: groupOf(notice),
  },
});

const groupOf = (notice: Notice | LinkNotice | string): string => {
  if (typeof notice === 'string') return 'none';
  return 'requestId' in notice ? notice.requestId : notice.handle;
};

let numbers = 0;

/** A request with these events, and how to tell of it. */
export const begunRequest = async (
  { database }: NoticeScene,
  of: Entitlement = entitlement(),
  ...more: readonly RecordedEvent[]
) => {
  numbers += 1;
  const number = numbers;
  const id = requestId(number);
  const ledger = dynamoLedger({ client: database.client, table: database.tables.ledger });
  let last: StoredEvent | undefined;
  const add = async (event: RecordedEvent): Promise<void> => {
    last = seal(last, `request#${id}`, event);
    await ledger.append(last);
  };
  for (const event of [submitted({ requestId: id }, { of }), ...more]) await add(event);
  const notice = (kind: Notice['kind'], to: Notice['to'], noticeId = `${kind}-${number}`): Notice => ({
    ...{ id: noticeId, kind, requestId: id, entitlementId: 'prod-admin', requester: engineer.handle, at: NOON, to },
  });
  return { id, add, of: notice };
};

/** What nobody takes: where an alarm tells of it. */
export const setAside = async ({ aws }: NoticeScene): Promise<readonly unknown[]> => {
  const client = new SQSClient({ endpoint: aws.endpoint, region: 'eu-west-1', useQueueUrlAsEndpoint: false });
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: urlOf('failures'), MaxNumberOfMessages: 10 }),
  );
  client.destroy();
  return Messages.map(({ Body = '' }) => JSON.parse(Body) as unknown);
};
