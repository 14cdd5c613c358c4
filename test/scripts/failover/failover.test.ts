import { afterEach, describe, expect, test } from '@jest/globals';
import { Failure } from '../../../cli/failure.ts';
import { type FailoverParts, failover } from '../../../scripts/failover/failover.ts';
import { UsageError } from '../../../scripts/deploy/options.ts';
import { failoverOptions } from '../../../scripts/failover/options.ts';
import { awsStacks, factsOf } from '../../../scripts/failover/stacks.ts';
import { STANDBY_FILE } from '../../policy/standby-stages.ts';
import { CALLER, fakeCloud } from '../deploy/fake-cloud.ts';
import { type Scene, PLAIN, sceneOf } from '../deploy/scene.ts';

const HOME = 'region: eu-central-1\nstandby: { region: eu-west-1, witness: eu-west-3 }\n';
const STANDBY = `region: eu-west-1
origin: https://hatcheck.example.com
pepper: /hatcheck/prod/pepper
${STANDBY_FILE}`;

let scene: Scene | undefined;
afterEach(() => {
  scene?.close();
  scene = undefined;
});

const ROLES = ['requests', 'credentials'];
const AWAY = new Failure(4, 'aws cloudformation: Could not connect to the endpoint URL');

interface Told {
  readonly stage?: string;
  readonly to?: string;
  readonly typed?: string;
  readonly stages?: Readonly<Record<string, string>>;
  /** What such a call fails with, by what it is recorded as. */
  readonly failing?: Readonly<Record<string, Error>>;
  readonly dryRun?: boolean;
}

const handedOver = async ({
  stage = 'prod',
  to = 'prod-b',
  typed = to,
  failing = {},
  dryRun = false,
  ...told
}: Told = {}) => {
  scene = sceneOf(PLAIN, told.stages ?? { prod: HOME, 'prod-b': STANDBY });
  const asked: string[] = [];
  const done: string[] = [];
  const said: string[] = [];
  const step = (what: string): Promise<void> => {
    done.push(what);
    return failing[what] ? Promise.reject(failing[what]) : Promise.resolve();
  };
  const parts: FailoverParts = {
    folder: scene.folder,
    cloud: (region) => {
      asked.push(region);
      return fakeCloud({ caller: CALLER });
    },
    stacks: () => ({
      fence: (role) => step(`fence ${role}`),
      unfence: (role) => step(`unfence ${role}`),
      writes: (name, writes) => step(`${name} writes: ${String(writes)}`),
    }),
    ledger: ({ region }, tables) => ({
      lastSigned: () => Promise.resolve({ at: '2026-11-22T12:00:00.000Z' }),
      hold: async () => {
        await step(`hold in ${tables} in ${region}`);
        return 'placed';
      },
    }),
    roles: (name) => ROLES.map((role) => `hatcheck-${name}-${role}`),
    asker: { ask: () => Promise.resolve(typed) },
    say: (line) => void said.push(line),
  };
  return { code: await failover({ stage, to, facts: false, dryRun }, parts), asked, done, said: said.join('\n') };
};

const FENCED = ['fence hatcheck-prod-requests', 'fence hatcheck-prod-credentials', 'prod writes: false'];
const HELD = 'hold in prod in eu-west-1';
const OPENED = ['unfence hatcheck-prod-b-requests', 'unfence hatcheck-prod-b-credentials', 'prod-b writes: true'];

describe('a fail-over', () => {
  test('fences the one that writes, then holds everything, then opens the other', async () => {
    const { code, done, said } = await handedOver();
    expect([code, done]).toEqual([0, [...FENCED, HELD, ...OPENED]]);
    for (const next of ['stages/prod.yml: writes: false', 'DNS', 'hatcheck lift']) expect(said).toContain(next);
  });

  test('goes on where the old region does not answer: what fences its roles is none of that region’s', async () => {
    const { code, done, said } = await handedOver({ failing: { 'prod writes: false': AWAY } });
    expect([code, done]).toEqual([0, [...FENCED, HELD, ...OPENED]]);
    expect(said).toContain('eu-central-1 does not answer');
  });

  test('asks only the region that is left whose the credentials are', async () => {
    expect((await handedOver()).asked).toEqual(['eu-west-1']);
  });

  test('opens nobody where the old one says no, which is not silence', async () => {
    const denied = new Failure(4, 'aws cloudformation: (AccessDenied)', { code: 'AccessDenied' });
    expect(await handedOver({ failing: { 'prod writes: false': denied } })).toMatchObject({ code: 1, done: FENCED });
  });

  test('opens nobody where the old one’s update fails, which is not silence', async () => {
    const failed = new Failure(
      4,
      'aws cloudformation wait: Waiter StackUpdateComplete failed: UPDATE_ROLLBACK_COMPLETE',
    );
    expect(await handedOver({ failing: { 'prod writes: false': failed } })).toMatchObject({ code: 1, done: FENCED });
  });

  test.each([...FENCED.slice(0, 2), HELD, ...OPENED])('opens nobody behind a step that failed: %s', async (what) => {
    const all = [...FENCED, HELD, ...OPENED];
    const { code, done } = await handedOver({ failing: { [what]: new Failure(4, 'no', { code: 'AccessDenied' }) } });
    expect([code, done]).toEqual([1, all.slice(0, all.indexOf(what) + 1)]);
  });

  test('goes back the same way', async () => {
    const { code, done } = await handedOver({ stage: 'prod-b', to: 'prod' });
    expect(code).toBe(0);
    expect(done.filter((what) => !/fence/.test(what))).toEqual([
      'prod-b writes: false',
      'hold in prod in eu-central-1',
      'prod writes: true',
    ]);
  });

  test('says what it would do, and does nothing', async () => {
    expect(await handedOver({ dryRun: true })).toMatchObject({ code: 0, done: [] });
  });

  test.each(['yes', 'prod', 'PROD-B'])('leaves everything as it is for %j', async (typed) => {
    expect(await handedOver({ typed })).toMatchObject({ code: 2, done: [] });
  });

  test('leaves stages alone that are not each other’s standby', async () => {
    const stages = { prod: 'region: eu-central-1\n', 'prod-b': STANDBY };
    expect(await handedOver({ stages })).toMatchObject({ code: 2, done: [] });
  });

  test('wants both names', () => {
    expect(() => failoverOptions(['--stage', 'prod'])).toThrow(UsageError);
    expect(failoverOptions(['--stage', 'prod', '--to', 'prod-b'])).toEqual({
      ...{ stage: 'prod', to: 'prod-b', facts: false, dryRun: false },
    });
  });
});

describe('by the AWS CLI', () => {
  const recorded = (answer: (args: readonly string[]) => string) => {
    const asked: string[][] = [];
    const aws = (args: readonly string[]): Promise<string> => {
      asked.push([...args]);
      return Promise.resolve().then(() => answer(args));
    };
    return { asked, aws };
  };

  test('a fence denies writing, opening sessions and signing, whatever else is allowed', async () => {
    const { asked, aws } = recorded(() => '');
    await awsStacks(aws).fence('hatcheck-prod-credentials');
    const [command = []] = asked;
    expect(command.slice(0, 4)).toEqual(['iam', 'put-role-policy', '--role-name', 'hatcheck-prod-credentials']);
    expect(JSON.parse(command.at(-1) ?? '')).toMatchObject({
      Statement: [
        { Effect: 'Deny', Action: expect.arrayContaining(['dynamodb:PutItem', 'sts:*', 'kms:Sign']), Resource: '*' },
      ],
    });
  });

  test('a stack that is so already, and a fence that is not there, are passed over', async () => {
    const { asked, aws } = recorded((args) => {
      if (args[1] === 'update-stack') throw new Failure(4, '(ValidationError) No updates are to be performed.');
      if (args[1] === 'delete-role-policy') throw new Failure(4, '(NoSuchEntity)', { code: 'NoSuchEntity' });
      return '';
    });
    await awsStacks(aws).writes('prod', false);
    await awsStacks(aws).unfence('hatcheck-prod-requests');
    expect(asked.map(([, command]) => command)).toEqual(['update-stack', 'delete-role-policy']);
  });

  test('what a standby’s stage has to say is printed as its file says it', async () => {
    const outputs = ['IssuerKeyA', 'CheckpointKey'].map((name) => ({ OutputKey: `${name}Id`, OutputValue: 'mrk-1' }));
    const { aws: home } = recorded(() =>
      JSON.stringify({ Stacks: [{ Outputs: [...outputs, { OutputKey: 'HttpApiId', OutputValue: 'x' }] }] }),
    );
    const { aws: away } = recorded(() => JSON.stringify({ Table: { LatestStreamArn: 'arn:the-stream' } }));
    expect(await factsOf('prod', 'eu-central-1', { home, away })).toEqual([
      ...['standbyOf:', '  stage: prod', '  region: eu-central-1', '  ledgerStream: arn:the-stream', '  keys:'],
      ...['    IssuerKeyA: mrk-1', '    CheckpointKey: mrk-1'],
    ]);
  });
});
