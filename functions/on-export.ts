import { kmsCheckpointSigner } from '../lib/aws/checkpoint-signer.ts';
import { dynamoDbClient } from '../lib/aws/clients.ts';
import { s3ExportBucket } from '../lib/aws/export-bucket.ts';
import { dynamoExportPositions } from '../lib/aws/export-positions.ts';
import { kmsClient } from '../lib/aws/kms-client.ts';
import { dynamoLedger } from '../lib/aws/ledger.ts';
import { s3Client } from '../lib/aws/s3-client.ts';
import { type Exported, type Exporter, exportLog } from '../lib/broker/export/export-log.ts';
import { BrokenLogError } from '../lib/broker/export/log-events.ts';
import { exportSource } from '../lib/broker/export/source.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import { awsAccess } from './aws-access.ts';

/** No file is begun with less than 25 s left of it; what a run did not come to is the next one's. */
const RUN_MS = 90_000;

/** Called every five minutes. Two runs at once do no harm: a file is written once, whoever writes it. */
export const create = (config: Config, { clock, logger } = surroundings('on-export')) => {
  const { tables, checkpointKeys, exportTo } = config;
  const [signing, ...before] = checkpointKeys;
  // A wrong deployment fails at its first start.
  if (signing === undefined || exportTo === undefined) {
    throw new TypeError('HATCHECK_CHECKPOINT_KEYS, EXPORT_BUCKET or EXPORT_RETENTION_DAYS is not set');
  }
  const client = dynamoDbClient(awsAccess(config, 'dynamodb'));
  const exporter: Exporter = {
    clock,
    retentionDays: exportTo.retentionDays,
    source: exportSource(dynamoLedger({ client, table: tables.ledger })),
    positions: dynamoExportPositions({ client, table: tables.index }),
    bucket: s3ExportBucket({ client: s3Client(awsAccess(config, 's3')), bucket: exportTo.bucket }),
    keys: kmsCheckpointSigner({ client: kmsClient(awsAccess(config, 'kms')), keyIds: [signing, ...before] }),
    // Alarms of CloudWatch's wait for these messages: serverless/audit.yml.
    missing: ({ stream, seq }) => {
      logger.error('export.missing', { stream, seq });
    },
    passed: (seq) => {
      logger.error('export.missing', { stream: 'checkpoint', seq });
    },
  };
  return async (): Promise<Exported> => {
    const until = performance.now() + RUN_MS;
    try {
      return await exportLog(exporter, { remainingMs: () => until - performance.now() });
    } catch (error) {
      if (error instanceof BrokenLogError) logger.error('export.refused', {}, error);
      throw error;
    }
  };
};

export const handler = onLambda(create);
