import { kmsCheckpointSigner } from '../lib/aws/checkpoint-signer.ts';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { kmsClient } from '../lib/aws/kms-client.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { dynamoLogPlaces } from '../lib/aws/log-places.ts';
import { ForgedLogError } from '../lib/broker/log/head.ts';
import { type CheckpointMaker, InconsistentLogError, signCheckpoint } from '../lib/broker/log/sign-checkpoint.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { awsAccess } from './aws-access.ts';

const RUN_MS = 40_000;

/** Called every five minutes. Two runs at once do no harm: one of them finds that nothing is new. */
export const create = (config: Config, { clock, chance, logger } = surroundings('on-checkpoint')) => {
  const { policy, tables, origin, checkpointKeys } = config;
  const [signing, ...before] = checkpointKeys;
  // A wrong deployment fails at its first start.
  if (signing === undefined) throw new TypeError('HATCHECK_CHECKPOINT_KEYS is not set: nothing could be signed');
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const signer = kmsCheckpointSigner({ client: kmsClient(awsAccess(config, 'kms')), keyIds: [signing, ...before] });
  const maker: CheckpointMaker = {
    ...{ policy, clock, chance, signer, keys: signer.keys, log: origin },
    ledger: dynamoLedger({ client, table: tables.ledger }),
    places: dynamoLogPlaces({ client, table: tables.index }),
    // Alarms of CloudWatch's wait for these messages: serverless/log.yml.
    forged: (seq) => {
      logger.error('checkpoint.forged', { seq });
    },
  };
  return async (): Promise<{ readonly signed?: number }> => {
    const until = performance.now() + RUN_MS;
    try {
      const signed = await signCheckpoint(maker, { remainingMs: () => until - performance.now() });
      return signed ? { signed: signed.seq } : {};
    } catch (error) {
      if (error instanceof InconsistentLogError || error instanceof ForgedLogError) {
        logger.error('checkpoint.refused', {}, error);
      }
      throw error;
    }
  };
};

export const handler = onLambda(create);
