import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { awsCli, awsLambda } from '../../../scripts/restore/aws-cli.ts';
import { type LocalLambda, startLocalLambda } from '../../support/local-lambda.ts';

const suite = existsSync('/usr/bin/aws') ? describe : describe.skip;

suite('Lambda by the AWS CLI', () => {
  let lambda: LocalLambda;
  beforeAll(async () => {
    lambda = await startLocalLambda((name) => name === 'hatcheck-dev-requests');
    const functions = {
      invoke: () => Promise.resolve({}),
      kill: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    lambda.over(functions, (id) => `hatcheck-dev-${id}`);
  });
  afterAll(() => lambda.close());

  const ours = () =>
    awsLambda(
      awsCli({
        region: 'eu-west-1',
        environment: {
          PATH: '/usr/bin:/bin',
          HOME: '/nonexistent',
          AWS_ACCESS_KEY_ID: 'by',
          AWS_SECRET_ACCESS_KEY: 'hand',
        },
        endpointOf: () => lambda.endpoint,
      }),
    );

  test('reserves, looks, and shares again', async () => {
    const ofAws = ours();
    expect(await ofAws.reservedOf('hatcheck-dev-requests')).toBe('shared');
    await ofAws.reserve('hatcheck-dev-requests', 0);
    expect(await ofAws.reservedOf('hatcheck-dev-requests')).toBe(0);
    await ofAws.reserve('hatcheck-dev-requests', 'shared');
    expect([...lambda.reserved]).toStrictEqual([]);
  });

  test('calls a function, and waits for it', async () => {
    await ours().invoke('hatcheck-dev-requests', { rebuild: true });
    expect(lambda.calls.at(-1)).toBe('POST hatcheck-dev-requests {"rebuild":true}');
  });

  test('says of a function that is not there that it is not', async () => {
    expect(await ours().reservedOf('hatcheck-dev-elsewhere')).toBeUndefined();
    await expect(ours().reserve('hatcheck-dev-elsewhere', 0)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});
