import { KMSClient } from '@aws-sdk/client-kms';
import { type AwsAccess, FIXED } from './clients.ts';

/** Signing twice does no harm, so that one more try is made; worst case 5 s, within a deadline of 20 s. */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 2000, socketTimeout: 2000, throwOnRequestTimeout: true };

/** One a function, kept between calls. */
export const kmsClient = (access: AwsAccess): KMSClient =>
  new KMSClient({
    ...FIXED,
    ...access,
    maxAttempts: 2,
    requestHandler: { ...TIMEOUTS, httpAgent: { keepAlive: true }, httpsAgent: { keepAlive: true } },
  });
