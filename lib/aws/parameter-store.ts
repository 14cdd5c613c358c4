import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { AwsAccess } from './clients.ts';

/** Somebody waits for the secret, and for what is asked with it; worst case 5 s. */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 2000, socketTimeout: 2000, throwOnRequestTimeout: true };

/**
 * Fetches a secret by reference from Parameter Store, which also reads Secrets Manager under a path of its own
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html): one client for both.
 *
 * @throws the SDK's error, or TypeError when the parameter is empty: never with the value in it.
 */
export const parameterStore = (access: AwsAccess) => {
  const client = new SSMClient({ ...access, maxAttempts: 2, requestHandler: TIMEOUTS });
  return async (kind: 'ssm' | 'secretsmanager', name: string): Promise<string> => {
    const Name = kind === 'ssm' ? name : `/aws/reference/secretsmanager/${name}`;
    const { Parameter } = await client.send(new GetParameterCommand({ Name, WithDecryption: true }));
    if (!Parameter?.Value) throw new TypeError(`the parameter ${Name} is empty`);
    return Parameter.Value;
  };
};
