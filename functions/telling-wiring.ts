import { dynamoChatLinks } from '../lib/aws/chat-links.ts';
import { dynamoChatMessages } from '../lib/aws/chat-messages.ts';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoDirectory } from '../lib/aws/directory.ts';
import type { FifoQueue } from '../lib/aws/fifo-queue.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { sesClient, sesMail } from '../lib/aws/ses-mail.ts';
import { sqsClient } from '../lib/aws/sqs-client.ts';
import { dynamoSummaries } from '../lib/aws/summaries.ts';
import { dynamoTexts } from '../lib/aws/texts.ts';
import type { Surroundings } from '../lib/broker/system.ts';
import { readTold } from '../lib/broker/told-request.ts';
import type { Teller } from '../lib/chatops/tell.ts';
import type { MailVoice } from '../lib/chatops/tell-mail.ts';
import type { Config } from '../lib/config/environment.ts';
import { present } from '../lib/config/present.ts';
import { awsAccess } from './aws-access.ts';
import { voicesOf } from './chat-wiring.ts';
import { warningTo } from './warning-to.ts';

/** Mail by SES; undefined where access.yml says nothing of it. */
const mailVoiceOf = ({ chat, origin, region, endpoints: { ses: endpoint } }: Config): MailVoice | undefined => {
  if (!chat?.mail) return undefined;
  const { from, channels } = chat.mail;
  return { origin, channels, mail: sesMail({ client: sesClient({ region, ...present({ endpoint }) }), from }) };
};

/** What notices are told with, on AWS. */
export const tellerOf = (config: Config, { clock, logger }: Pick<Surroundings, 'clock' | 'logger'>): Teller => {
  const { policy, tables } = config;
  const warn = warningTo(logger);
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const identity = { client, table: tables.identity, clock };
  const directory = dynamoDirectory(identity);
  const desk = {
    ...{ policy, clock, people: directory, texts: dynamoTexts({ ...identity, warn }) },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    summaries: dynamoSummaries({ client, table: tables.index, warn }),
    warn,
  };
  return {
    voices: voicesOf(config, { clock }),
    ...present({ mail: mailVoiceOf(config) }),
    messages: dynamoChatMessages(identity),
    register: { known: directory, people: directory, links: dynamoChatLinks(identity) },
    read: (requestId) => readTold(desk, requestId),
  };
};

/** Where notices come from, and where those end up that nobody takes. @throws TypeError when the function has none: a wrong deployment */
export const noticeQueuesOf = (config: Config) => {
  const { noticesQueue, noticesFailuresQueue } = config;
  if (noticesQueue === undefined) throw new TypeError('NOTICES_QUEUE is not set');
  if (noticesFailuresQueue === undefined) throw new TypeError('NOTICES_FAILURES_QUEUE is not set');
  const client = sqsClient(awsAccess(config, 'sqs'));
  const at = (queueUrl: string): FifoQueue => ({ client, queueUrl });
  return { notices: at(noticesQueue), failures: at(noticesFailuresQueue) };
};
