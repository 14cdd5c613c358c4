import type { AwsAccess } from '../lib/aws/clients.ts';
import type { Config } from '../lib/config/environment.ts';
import { present } from '../lib/config/present.ts';

/** Where a service of AWS is: in the region, or what stands in for it. */
export const awsAccess = (
  { region, endpoints }: Pick<Config, 'region' | 'endpoints'>,
  service: 'dynamodb' | 'events' | 'kms' | 's3' | 'sqs',
): AwsAccess => ({ region, ...present({ endpoint: endpoints[service] }) });
