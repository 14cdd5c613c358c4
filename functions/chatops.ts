import { sqsChatActs } from '../lib/aws/chat-act-queue.ts';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { parameterStore } from '../lib/aws/parameter-store.ts';
import { dynamoReplayGuard } from '../lib/aws/replay-guard.ts';
import { sqsClient } from '../lib/aws/sqs-client.ts';
import { surroundings } from '../lib/broker/system.ts';
import type { ChatActs } from '../lib/chatops/port.ts';
import { onLambda, resolveSecrets } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { api } from '../lib/http/api.ts';
import { chatopsRoutes } from '../lib/http/contract/chatops.ts';
import { providerFetch } from '../lib/identity/provider-fetch.ts';
import { awsAccess } from './aws-access.ts';
import { knowsNobody } from './knows-nobody.ts';
import { meterOf } from './meter-of.ts';
import { slackRoutes } from './slack-routes.ts';
import { teamsRoutes } from './teams-routes.ts';

/** What the platforms call. It verifies, puts on the queue what was said, and answers; what comes of it is `on-chat-act`'s. */
export const create = (
  config: Config,
  around = surroundings('chatops'),
  acts = queueOf(config),
  fetchJson = providerFetch(),
) => {
  const { clock, logger } = around;
  const { region, origin, tables } = config;
  const identity = { client: dynamoDbClient(awsAccess(config, 'dynamodb')), table: tables.identity, clock };
  const resolveSecret = resolveSecrets(parameterStore({ region }));
  const receive = { clock, acts, replayGuard: dynamoReplayGuard(identity) };
  return api({
    ...{ origin, logger, authenticate: knowsNobody, meter: meterOf(config, around) },
    contract: chatopsRoutes,
    routes: {
      ...slackRoutes(config, { ...receive, resolveSecret }),
      ...teamsRoutes(config, { ...receive, fetchJson, logger }),
    },
  });
};

/** @throws TypeError when the function has none: a wrong deployment fails at its first start. */
const queueOf = (config: Config): ChatActs => {
  const { chatActsQueue } = config;
  if (chatActsQueue === undefined)
    throw new TypeError('CHAT_ACTS_QUEUE is not set: nobody would do what is said in chat');
  return sqsChatActs({ client: sqsClient(awsAccess(config, 'sqs')), queueUrl: chatActsQueue });
};

export const handler = onLambda(create);
