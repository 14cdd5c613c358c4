import type { SQSBatchResponse } from 'aws-lambda';
import * as z from 'zod/mini';
import { iamBoundaries } from '../lib/aws/boundaries.ts';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoDues } from '../lib/aws/dues.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { type Revoker, revokeSessions } from '../lib/broker/revoke-sessions.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { awsAccess } from './aws-access.ts';
import { warningTo } from './warning-to.ts';

const queueEvent = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

/** A request's id is what we make of it, and nothing that could name another stream. */
const revocation = z.object({ requestId: z.string().check(z.regex(/^r_[A-Z0-9]{26}$/)) });

/** What is not dealt with by then comes again. */
const RUN_MS = 50_000;

/** Called with whose sessions are to be ended, those of one role never at the same time; answers which are to be told again. */
export const create = (
  { policy, region, tables, endpoints, issuer }: Config,
  { clock, chance, logger } = surroundings('on-revocation'),
) => {
  const client = dynamoDbClient(awsAccess({ region, endpoints }, 'dynamodb'));
  const revoker: Revoker = {
    ...{ policy, clock, chance, issuer },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    dues: dynamoDues({ client, table: tables.index }),
    boundaries: iamBoundaries(endpoints.sts === undefined ? {} : { endpoint: endpoints.sts }),
    overflowed: ({ roleArn }, requests) => {
      // An alarm of CloudWatch's waits for this message: serverless/revocations.yml.
      logger.error('sessions.overflowed', { reason: `${roleArn} has ${requests} that are revoked` });
    },
    crowded: ({ roleArn }, handle, requests) => {
      logger.warn('sessions.crowded', {
        handle,
        reason: `${requests} of theirs on ${roleArn} are left to one deny of what they opened before`,
      });
    },
    accountGone: (requestId, roleArn) => {
      // An alarm of CloudWatch's waits for this message: serverless/revocations.yml.
      logger.error('account.gone', { requestId, reason: `access.yml no longer names the account of ${roleArn}` });
    },
    warn: warningTo(logger),
  };
  return async (event: unknown): Promise<SQSBatchResponse> => {
    const { Records } = queueEvent.parse(event);
    const until = performance.now() + RUN_MS;
    const wanted = Records.map(({ messageId, body }) => ({ messageId, requestId: requestIdIn(body) }));
    const failed = await revokeSessions(
      revoker,
      wanted.flatMap(({ requestId }) => requestId ?? []),
      { remainingMs: () => until - performance.now() },
    );
    const isFailed = (requestId: string | undefined) => requestId === undefined || failed.includes(requestId);
    return {
      batchItemFailures: wanted
        .filter(({ requestId }) => isFailed(requestId))
        .map(({ messageId }) => ({ itemIdentifier: messageId })),
    };
  };
};

/** Undefined for what is none of ours: it ends up among the failures, where somebody looks at it. */
const requestIdIn = (body: string): string | undefined => {
  try {
    return revocation.parse(JSON.parse(body)).requestId;
  } catch {
    return undefined;
  }
};

export const handler = onLambda(create);
