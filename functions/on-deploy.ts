import * as z from 'zod/mini';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import {
  type CustomResourceRequest,
  type Outcome,
  answerStack,
  customResourceRequest,
} from '../lib/aws/custom-resource.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { activatePolicy } from '../lib/broker/activate-policy.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { HatcheckError } from '../lib/domain/errors.ts';
import { awsAccess } from './aws-access.ts';

/** `serverless/deployment.yml`: another access policy is another value, and CloudFormation calls. */
const properties = z.object({ PolicyVersion: z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/)) });

/** CloudFormation waits longer; Lambda does not. */
const PATIENCE_MS = 20_000;

/** Called by CloudFormation when a deployment brings another access policy, and when it is rolled back. */
export const create = (config: Config, { clock, chance, logger } = surroundings('on-deploy')) => {
  const { policy, tables, endpoints } = config;
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const broker = { policy, clock, chance, ledger: dynamoLedger({ client, table: tables.ledger }) };

  /** Whatever went wrong, CloudFormation is told, and rolls back: without an answer it would wait, and everybody with it. */
  const outcomeOf = async ({ RequestType, ResourceProperties }: CustomResourceRequest): Promise<Outcome> => {
    // What was active stays on record when the stack is taken down.
    if (RequestType === 'Delete') return { status: 'SUCCESS' };
    const until = performance.now() + PATIENCE_MS;
    try {
      const { PolicyVersion } = properties.parse(ResourceProperties);
      await activatePolicy(broker, PolicyVersion, { remainingMs: () => until - performance.now() });
      return { status: 'SUCCESS' };
    } catch (error) {
      logger.error('the access policy was not activated', {}, error);
      return { status: 'FAILED', reason: error instanceof HatcheckError ? error.code : 'internal' };
    }
  };

  return async (event: unknown): Promise<void> => {
    const request = customResourceRequest(event);
    await answerStack(request, 'active-policy', await outcomeOf(request), {
      loopback: endpoints.dynamodb !== undefined,
      pause: (ms) => clock.pause(ms),
    });
  };
};

export const handler = onLambda(create);
