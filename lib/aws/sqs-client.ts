import { SQSClient } from '@aws-sdk/client-sqs';
import { type AwsAccess, FIXED } from './clients.ts';

/** Milliseconds that SQS gets to take a connection, and to answer; tried three times. */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 2000, socketTimeout: 2000, throwOnRequestTimeout: true };

/** In a file of its own: the functions that send nothing load no SQS. */
export const sqsClient = (access: AwsAccess): SQSClient =>
  new SQSClient({
    ...FIXED,
    ...access,
    maxAttempts: 3,
    // Where it is asked is configured, not read off the queue's name.
    useQueueUrlAsEndpoint: false,
    requestHandler: { ...TIMEOUTS, httpAgent: { keepAlive: true }, httpsAgent: { keepAlive: true } },
  });
