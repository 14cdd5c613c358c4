import * as z from 'zod/mini';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { dynamoDirectory } from '../lib/aws/directory.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoPersonalRecords } from '../lib/aws/personal-records.ts';
import { dynamoSummaries } from '../lib/aws/summaries.ts';
import { type ForgetParts, type Outcome, forgetPerson } from '../lib/broker/forget-person.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { awsAccess } from './aws-access.ts';
import { warningTo } from './warning-to.ts';

const handle = z.string().check(z.regex(/^p_[A-Za-z0-9_-]{43}$/));

/** Nothing else may be in it: a misspelt `force` is not to be taken for none. */
const order = z.strictObject({
  handles: z.array(handle).check(z.minLength(1), z.maxLength(10)),
  force: z.exactOptional(z.boolean()),
  from: z.exactOptional(z.string().check(z.regex(/^[A-Za-z0-9_-]{1,4096}$/))),
});

/** Whoever called waits no longer than the function has. */
const RUN_MS = 50_000;

/** Invoked by whoever IAM lets, and by no route: deletes what is kept of a person. Answers what became of it. @throws ZodError, HatcheckError */
export const create = (config: Config, { clock, chance, logger } = surroundings('on-forget')) => {
  const { policy, tables } = config;
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const identity = { client, table: tables.identity, clock };
  const parts: ForgetParts = {
    ...{ policy, clock, chance },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    people: dynamoDirectory(identity),
    records: dynamoPersonalRecords(identity),
    summaries: dynamoSummaries({ client, table: tables.index, warn: warningTo(logger) }),
  };
  return async (event: unknown): Promise<Outcome> => {
    const { handles, force = false, from } = order.parse(event);
    const until = performance.now() + RUN_MS;
    const patience = { remainingMs: () => until - performance.now() };
    const forget = { handles: [...new Set(handles)], force, ...(from === undefined ? {} : { from }) };
    const outcome = await forgetPerson(parts, forget, patience);
    logger.info('person.forget', { reason: outcome.outcome, handle: handles.join(' ') });
    return outcome;
  };
};

export const handler = onLambda(create);
