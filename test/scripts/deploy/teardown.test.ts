import { afterEach, describe, expect, test } from '@jest/globals';
import { CloudError } from '../../../scripts/deploy/cloud.ts';
import { teardown } from '../../../scripts/deploy/teardown.ts';
import { type FakeAccount, fakeCloud } from './fake-cloud.ts';
import { type Scene, sceneOf } from './scene.ts';

const scenes: Scene[] = [];
afterEach(() => {
  for (const scene of scenes.splice(0)) scene.close();
});

interface Given {
  /** What somebody types; nobody is there without it. */
  readonly typed?: string;
  readonly account?: FakeAccount;
  readonly stageFile?: string;
  readonly failing?: string;
}

const takenDown = async ({ typed, account, stageFile = '{}', failing }: Given) => {
  const scene = sceneOf(undefined, { prod: stageFile });
  scenes.push(scene);
  const ran: string[] = [];
  const said: string[] = [];
  const code = await teardown(
    { stage: 'prod' },
    {
      folder: scene.folder,
      cloud: () => fakeCloud(account),
      run: ([script = '', ...args]) => {
        const name = script.endsWith('build.ts') ? 'build' : args.join(' ');
        ran.push(name);
        return Promise.resolve({ code: name === failing ? 1 : 0, stdout: '' });
      },
      say: (line) => said.push(line),
      ...(typed === undefined ? {} : { asker: { ask: () => Promise.resolve(typed) } }),
    },
  );
  return { code, ran, said: said.join('\n') };
};

const REMOVE = 'remove --stage prod --region eu-west-1';

describe('taking a stage down', () => {
  test('removes the stack of the stage whose name was typed, and says before what stays', async () => {
    const { code, ran, said } = await takenDown({ typed: 'prod' });
    expect([code, ran]).toEqual([0, ['build', REMOVE]]);
    for (const kept of ['hatcheck-prod-ledger', '/hatcheck/prod/pepper', 'hatcheck-prod-credentials', '777788889999'])
      expect(said).toContain(kept);
  });

  test('takes the edge away first, so that nothing leads to what is gone', async () => {
    const arn = 'arn:aws:acm:us-east-1:777788889999:certificate/1';
    const edge = `edge: { certificate: '${arn}', clientCertificate: '${arn}', truststore: 's3://hatcheck-edge/one.pem' }\n`;
    const stageFile = `domain: hatcheck.example.com\ncertificate: '${arn.replace('us-east-1', 'eu-west-1')}'\n${edge}`;
    const { code, ran } = await takenDown({ typed: 'prod', stageFile });
    const ofEdge = 'remove --config serverless.edge.yml --param=target=none --stage prod --region us-east-1';
    expect([code, ran]).toEqual([0, [ofEdge, 'build', REMOVE]]);
  });

  test.each(['yes', 'y', 'PROD', 'prod2', 'dev'])('leaves everything as it is for %j', async (typed) => {
    expect(await takenDown({ typed })).toMatchObject({ code: 2, ran: [] });
  });

  test('leaves everything as it is where nobody is at a terminal', async () => {
    expect(await takenDown({})).toMatchObject({ code: 2, ran: [] });
  });

  test('leaves another account’s stage alone', async () => {
    const stageFile = "account: '111122223333'\n";
    expect(await takenDown({ typed: 'prod', stageFile })).toMatchObject({ code: 2, ran: [] });
  });

  test('does nothing without credentials', async () => {
    const account = { caller: new CloudError('no_credentials', 'ExpiredToken') };
    expect(await takenDown({ typed: 'prod', account })).toMatchObject({ code: 2, ran: [] });
  });

  test('looks where the stage says that it is', async () => {
    const { ran } = await takenDown({ typed: 'prod', stageFile: 'region: eu-north-1\n' });
    expect(ran).toEqual(['build', 'remove --stage prod --region eu-north-1']);
  });

  test('fails where CloudFormation does', async () => {
    expect(await takenDown({ typed: 'prod', failing: REMOVE })).toMatchObject({ code: 1, ran: ['build', REMOVE] });
  });
});
