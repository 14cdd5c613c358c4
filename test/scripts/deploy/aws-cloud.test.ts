import { afterEach, describe, expect, test } from '@jest/globals';
import { awsCloud } from '../../../scripts/deploy/aws-cloud.ts';
import { BROKER, BROKER_ACCOUNT, REGION, start } from '../../local/aws/small-world.ts';
import { type Call, type Reply, type StandIn, standIn } from './stand-in.ts';

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'none' };

const answering = async (reply: (call: Call) => Reply) => {
  const aws: StandIn = await standIn(reply);
  open.push(aws);
  return { aws, cloud: awsCloud({ region: REGION, endpoint: aws.endpoint, credentials }) };
};

describe('who deploys', () => {
  test('is who STS says', async () => {
    const aws = await start();
    open.push(aws);
    const cloud = awsCloud({
      region: REGION,
      endpoint: aws.endpoint,
      credentials: aws.credentialsFor(BROKER, 'deployer'),
    });
    expect(await cloud.caller()).toEqual({
      account: BROKER_ACCOUNT,
      partition: 'aws',
      arn: `arn:aws:sts::${BROKER_ACCOUNT}:assumed-role/credentials/deployer`,
    });
  });

  test('is nobody with keys that AWS does not know', async () => {
    const aws = await start();
    open.push(aws);
    const cloud = awsCloud({ region: REGION, endpoint: aws.endpoint, credentials });
    await expect(cloud.caller()).rejects.toMatchObject({ kind: 'no_credentials' });
  });

  test('cannot be said where nobody answers', async () => {
    const aws = await start();
    await aws.close();
    const cloud = awsCloud({ region: REGION, endpoint: aws.endpoint, credentials });
    await expect(cloud.caller()).rejects.toMatchObject({ kind: 'unreachable' });
  });
});

describe('parameters', () => {
  test('are looked at by name and type; no value is asked for', async () => {
    const { aws, cloud } = await answering(() => ({ Parameters: [{ Name: '/a', Type: 'SecureString' }] }));
    expect(await cloud.parameters(['/a', '/b'])).toEqual(new Map([['/a', { type: 'SecureString' }]]));
    expect(aws.calls).toEqual([
      {
        name: 'AmazonSSM.DescribeParameters',
        body: { MaxResults: 50, ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: ['/a', '/b'] }] },
      },
    ]);
  });

  test('are looked for on every page, also behind an empty one', async () => {
    const { cloud } = await answering(({ body }) =>
      JSON.stringify(body).includes('NextToken')
        ? { Parameters: [{ Name: '/a', Type: 'String' }] }
        : { Parameters: [], NextToken: 'more' },
    );
    expect(await cloud.parameters(['/a'])).toEqual(new Map([['/a', { type: 'String' }]]));
  });

  test('are told with the key that seals them, where that is not AWS’s own', async () => {
    const sealed = (Name: string, KeyId: string) => ({ Name, Type: 'SecureString', KeyId });
    const { cloud } = await answering(() => ({
      Parameters: [sealed('/a', 'alias/aws/ssm'), sealed('/b', 'alias/ours')],
    }));
    expect(await cloud.parameters(['/a', '/b'])).toEqual(
      new Map([
        ['/a', { type: 'SecureString' }],
        ['/b', { type: 'SecureString', key: 'alias/ours' }],
      ]),
    );
  });

  test('are asked for fifty at a time', async () => {
    const { aws, cloud } = await answering(() => ({ Parameters: [] }));
    await cloud.parameters(Array.from({ length: 51 }, (_, at) => `/p${at}`));
    expect(aws.calls).toHaveLength(2);
  });

  test('that nobody lets us look at are refused', async () => {
    const { cloud } = await answering(() => 'AccessDeniedException');
    await expect(cloud.parameters(['/a'])).rejects.toMatchObject({
      kind: 'refused',
      code: 'AccessDeniedException',
    });
  });
});

describe('a secret', () => {
  test('is made as a SecureString, and never over another', async () => {
    const { aws, cloud } = await answering(() => ({ Version: 1 }));
    await cloud.makeSecret('/hatcheck/prod/pepper', 'value');
    expect(aws.calls).toEqual([
      {
        name: 'AmazonSSM.PutParameter',
        body: { Name: '/hatcheck/prod/pepper', Value: 'value', Type: 'SecureString', Overwrite: false },
      },
    ]);
  });

  test('that is there already stays, and that is said', async () => {
    const { cloud } = await answering(() => 'ParameterAlreadyExists');
    await expect(cloud.makeSecret('/p', 'value')).rejects.toMatchObject({
      kind: 'refused',
      code: 'ParameterAlreadyExists',
    });
  });

  test('of Secrets Manager is looked for as the functions read it', async () => {
    const { aws, cloud } = await answering(() => ({ Parameter: { Value: 'secret' } }));
    expect(await cloud.hasSecret('corp/okta')).toBe(true);
    expect(aws.calls).toEqual([
      {
        name: 'AmazonSSM.GetParameter',
        body: { Name: '/aws/reference/secretsmanager/corp/okta', WithDecryption: true },
      },
    ]);
    expect(await (await answering(() => 'ParameterNotFound')).cloud.hasSecret('corp/okta')).toBe(false);
  });
});

describe('mail', () => {
  const identities = (verified: string) =>
    answering(({ name }) =>
      name.endsWith(`/${encodeURIComponent(verified)}`) ? { VerifiedForSendingStatus: true } : 'NotFoundException',
    );

  test('may come from a verified address, or of a verified domain', async () => {
    for (const verified of ['hatcheck@example.com', 'example.com'])
      expect(await (await identities(verified)).cloud.mayMailFrom('hatcheck@example.com')).toBe(true);
    expect(await (await identities('example.org')).cloud.mayMailFrom('hatcheck@example.com')).toBe(false);
  });

  test('may not come from an address that waits to be verified', async () => {
    const { cloud } = await answering(() => ({ VerifiedForSendingStatus: false }));
    expect(await cloud.mayMailFrom('hatcheck@example.com')).toBe(false);
  });

  test('goes to verified addresses only while the account is in the sandbox', async () => {
    expect(await (await answering(() => ({ ProductionAccessEnabled: true }))).cloud.mailIsInSandbox()).toBe(false);
    expect(await (await answering(() => ({ ProductionAccessEnabled: false }))).cloud.mailIsInSandbox()).toBe(true);
  });
});

test('a table is there, or it is not', async () => {
  expect(await (await answering(() => ({ Table: {} }))).cloud.hasTable('hatcheck-prod-ledger')).toBe(true);
  expect(await (await answering(() => 'ResourceNotFoundException')).cloud.hasTable('hatcheck-prod-ledger')).toBe(false);
});
