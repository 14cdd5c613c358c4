import { S3Client } from '@aws-sdk/client-s3';
import { type AwsAccess, FIXED } from './clients.ts';

/** Milliseconds that S3 gets to take a connection, and a file of a few megabytes; tried three times. */
const TIMEOUTS = {
  connectionTimeout: 1000,
  requestTimeout: 10_000,
  socketTimeout: 10_000,
  throwOnRequestTimeout: true,
};

/** In a file of its own: the functions that keep nothing there load no S3. */
export const s3Client = (access: AwsAccess): S3Client =>
  new S3Client({
    ...FIXED,
    ...access,
    maxAttempts: 3,
    // What stands in for S3 has one name for all buckets.
    forcePathStyle: access.endpoint !== undefined,
    // Ours is SHA-256, made once: the SDK would add a CRC of its own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // All of this the SDK would look up in files otherwise.
    useArnRegion: false,
    disableMultiregionAccessPoints: true,
    disableS3ExpressSessionAuth: true,
    requestHandler: { ...TIMEOUTS, httpAgent: { keepAlive: true }, httpsAgent: { keepAlive: true } },
  });
