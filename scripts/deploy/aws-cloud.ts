import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { DescribeParametersCommand, GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { accountConcurrency } from './account-concurrency.ts';
import { type Caller, type Cloud, CloudError, type Parameter } from './cloud.ts';

export interface AwsCloudOptions {
  readonly region: string;
  /** Default: whatever the AWS CLI would go by here; `AWS_ENDPOINT_URL_STS` and its kin name a stand-in. */
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** Somebody waits at a terminal. Milliseconds. */
const TIMEOUTS = { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** DescribeParameters, "MaxResults" and the values of one filter. */
const PARAMETERS_AT_ONCE = 50;

/** A filter by name finds at most as many as it names, on pages some of which are empty. */
const MAX_PAGES = 20;

/** AWS itself, with the credentials of whoever deploys. */
export const awsCloud = (options: AwsCloudOptions): Cloud => {
  const config = { ...options, maxAttempts: 2, requestHandler: TIMEOUTS };
  const ssm = new SSMClient(config);
  const ses = new SESv2Client(config);
  return {
    caller: () => answered(async () => callerOf(await new STSClient(config).send(new GetCallerIdentityCommand({})))),
    parameters: (names) => answered(() => parametersOf(ssm, names)),
    hasSecret: (name) =>
      // As lib/aws/parameter-store.ts reads it; the value is looked at by nobody.
      isThere(() =>
        ssm.send(new GetParameterCommand({ Name: `/aws/reference/secretsmanager/${name}`, WithDecryption: true })),
      ),
    mayMailFrom: async (address) =>
      (await verified(ses, address)) || verified(ses, address.slice(address.lastIndexOf('@') + 1)),
    mailIsInSandbox: () =>
      answered(async () => (await ses.send(new GetAccountCommand({}))).ProductionAccessEnabled !== true),
    concurrency: () => accountConcurrency(options.region),
    hasTable: (TableName) => isThere(() => new DynamoDBClient(config).send(new DescribeTableCommand({ TableName }))),
    makeSecret: (Name, Value) =>
      answered(async () => {
        await ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', Overwrite: false }));
      }),
  };
};

const callerOf = ({
  Account: account,
  Arn: arn,
}: {
  readonly Account?: string | undefined;
  readonly Arn?: string | undefined;
}): Caller => {
  const partition = arn?.split(':')[1];
  if (account === undefined || arn === undefined || !isPartition(partition))
    throw new CloudError('unreachable', 'NotAnIdentity');
  return { account, arn, partition };
};

const isPartition = (text: string | undefined): text is Caller['partition'] =>
  text === 'aws' || text === 'aws-us-gov' || text === 'aws-cn';

/** Metadata alone: no value is decrypted, or fetched. */
const parametersOf = async (ssm: SSMClient, names: readonly string[]): Promise<ReadonlyMap<string, Parameter>> => {
  const found = new Map<string, Parameter>();
  for (let first = 0; first < names.length; first += PARAMETERS_AT_ONCE) {
    const Values = names.slice(first, first + PARAMETERS_AT_ONCE);
    const ParameterFilters = [{ Key: 'Name', Option: 'Equals', Values }];
    let NextToken: string | undefined;
    for (let page = 0; page < MAX_PAGES && (page === 0 || NextToken !== undefined); page++) {
      const answer = await ssm.send(
        new DescribeParametersCommand({ ParameterFilters, MaxResults: PARAMETERS_AT_ONCE, NextToken }),
      );
      for (const { Name, Type = '', KeyId } of answer.Parameters ?? [])
        if (Name !== undefined) found.set(Name, { type: Type, ...keyOf(KeyId) });
      NextToken = answer.NextToken;
    }
  }
  return found;
};

/** Which AWS manages, and lets everybody of the account use through Parameter Store. */
const AWS_OWN = 'alias/aws/ssm';

const keyOf = (id: string | undefined): Pick<Parameter, 'key'> =>
  id === undefined || id === AWS_OWN ? {} : { key: id };

const verified = async (ses: SESv2Client, EmailIdentity: string): Promise<boolean> => {
  let sends = false;
  await isThere(async () => {
    sends = (await ses.send(new GetEmailIdentityCommand({ EmailIdentity }))).VerifiedForSendingStatus === true;
  });
  return sends;
};

const NOT_THERE: ReadonlySet<string> = new Set(['ParameterNotFound', 'ResourceNotFoundException', 'NotFoundException']);

const isThere = async (ask: () => Promise<unknown>): Promise<boolean> => {
  try {
    await ask();
    return true;
  } catch (error) {
    if (NOT_THERE.has(nameOf(error))) return false;
    throw cloudError(error);
  }
};

const answered = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    throw cloudError(error);
  }
};

const NO_CREDENTIALS: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/** NB. The cause may hold the request: it is kept for a debugger, and printed by nobody. */
const cloudError = (cause: unknown): CloudError => {
  if (cause instanceof CloudError) return cause;
  const code = nameOf(cause);
  if (NO_CREDENTIALS.has(code)) return new CloudError('no_credentials', code, { cause });
  return new CloudError(isAnswer(cause) ? 'refused' : 'unreachable', code, { cause });
};

const isAnswer = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  '$metadata' in error &&
  typeof error.$metadata === 'object' &&
  error.$metadata !== null &&
  'httpStatusCode' in error.$metadata &&
  error.$metadata.httpStatusCode !== undefined;

const nameOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'Unknown';
