import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { deploy } from '../../../scripts/deploy/deploy.ts';
import { DEPLOY_HELP, UsageError, deployOptions, teardownOptions } from '../../../scripts/deploy/options.ts';
import type { Answering } from '../../../scripts/deploy/what-answers.ts';
import { type FakeAccount, fakeCloud } from './fake-cloud.ts';
import { PLAIN, type Scene, sceneOf } from './scene.ts';

const scenes: Scene[] = [];
afterEach(() => {
  for (const scene of scenes.splice(0)) scene.close();
});

interface Given {
  readonly options?: readonly string[];
  readonly account?: FakeAccount;
  /** What somebody at the terminal says; nobody is there without it. */
  readonly answer?: boolean;
  /** The commands that fail. */
  readonly failing?: string;
  readonly wrong?: readonly string[];
  readonly stageFile?: string;
  /** What is packaged. */
  readonly template?: string;
}

const writeTemplate = (folder: string, text: string): void => {
  mkdirSync(join(folder, '.serverless'));
  writeFileSync(join(folder, '.serverless/cloudformation-template-update-stack.json'), text);
};

const ALL = { '/hatcheck/prod/pepper': 'SecureString', '/hatcheck/okta': 'SecureString' };
const WITHOUT_PEPPER = { '/hatcheck/okta': 'SecureString' };
const API = 'https://a1b2c3.execute-api.eu-west-1.amazonaws.com';
const HEARD = "alarmActions: ['arn:aws:sns:eu-west-1:777788889999:on-call']\n";

/** What `serverless info` shows. */
const INFO: Readonly<Record<string, string>> = {
  info: `endpoint: GET - ${API}/x\n\nStack Outputs:\n  DomainTarget: d-1.example\n  IssuerDomainTarget: d-2.example\n`,
  'info of the edge':
    '\nStack Outputs:\n  DomainTarget: d111.cloudfront.net\n  IssuerDomainTarget: d222.cloudfront.net\n',
};

const deployed = async (given: Given = {}) => {
  const { account = { parameters: ALL }, answer, failing, wrong = [], stageFile = HEARD } = given;
  const scene = sceneOf(PLAIN, { prod: stageFile });
  scenes.push(scene);
  const cloud = fakeCloud(account);
  const ran: string[] = [];
  const commands: string[] = [];
  const said: string[] = [];
  const questions: string[] = [];
  const asked: Answering[] = [];
  const options = deployOptions(['--stage', 'prod', ...(given.options ?? [])]);
  if (!options) throw new Error('help');
  const code = await deploy(options, {
    folder: scene.folder,
    cloud: () => cloud,
    running: () => Promise.resolve([]),
    run: (args) => {
      const [script = '', command = ''] = args;
      const isOfEdge = args.includes('serverless.edge.yml');
      const name = script.endsWith('build.ts') ? 'build' : `${command}${isOfEdge ? ' of the edge' : ''}`;
      ran.push(name);
      commands.push(args.join(' '));
      if (name === 'package') writeTemplate(scene.folder, given.template ?? '{"Resources":{}}');
      return Promise.resolve({
        code: name === failing ? 3 : 0,
        stdout: INFO[name] ?? '',
      });
    },
    say: (line) => said.push(line),
    ...(answer === undefined
      ? {}
      : {
          asker: {
            confirm: (question) => {
              questions.push(question);
              return Promise.resolve(answer);
            },
          },
        }),
    whatAnswers: (answering) => {
      asked.push(answering);
      return Promise.resolve(wrong);
    },
  });
  return { code, ran, commands, said, questions, asked, made: cloud.made };
};

const EVERYTHING = ['build', 'package', 'deploy', 'info'];

describe('npm run deploy', () => {
  test('builds, packages and deploys what nothing stops, and looks at what answers', async () => {
    const { code, ran, asked, said } = await deployed();
    expect([code, ran, asked]).toEqual([0, EVERYTHING, [{ origin: API, issuer: API }]]);
    expect(said.join('\n')).toContain(`--broker-account 777788889999 --stage prod --issuer ${API}`);
  });

  test('looks at the domains of the stage', async () => {
    const own = 'origin: https://hatcheck.example.com\nissuer: https://issuer.example.com\n';
    const { ran, asked } = await deployed({ stageFile: HEARD + own });
    expect(ran).toEqual(['build', 'package', 'deploy']);
    expect(asked).toEqual([{ origin: 'https://hatcheck.example.com', issuer: 'https://issuer.example.com' }]);
  });

  test('of a standby has accounts let in both, by the name of the one that they know', async () => {
    const mrk = `mrk-${'0'.repeat(32)}`;
    const standbyOf = {
      ...{ stage: 'prod-a', region: 'eu-central-1' },
      ledgerStream:
        'arn:aws:dynamodb:eu-west-1:777788889999:table/hatcheck-prod-a-ledger/stream/2026-01-01T00:00:00.000',
      keys: { IssuerKeyA: mrk, IssuerKeyB: mrk, SamlKeyA: mrk, SamlKeyB: mrk, CheckpointKey: mrk },
    };
    const same = { region: 'eu-west-1', origin: 'https://hatcheck.example.com', pepper: '/hatcheck/prod/pepper' };
    const { code, said } = await deployed({ stageFile: HEARD + stringify({ standbyOf, ...same }) });
    expect(code).toBe(0);
    expect(said.join('\n').match(/--stage prod-a --standby prod --issuer/g)).toHaveLength(2);
  });

  const CERTIFICATES = {
    certificate: 'arn:aws:acm:eu-west-1:777788889999:certificate/1',
    issuerCertificate: 'arn:aws:acm:eu-west-1:777788889999:certificate/2',
  };
  const DOMAINS = { domain: 'hatcheck.example.com', issuerDomain: 'issuer.example.com', ...CERTIFICATES };
  const ADDRESSES = [{ origin: 'https://hatcheck.example.com', issuer: 'https://issuer.example.com' }];
  const edge = {
    ...{ certificate: 'arn:aws:acm:us-east-1:777788889999:certificate/3', truststore: 's3://hatcheck-edge/one.pem' },
    clientCertificate: 'arn:aws:acm:us-east-1:777788889999:certificate/4',
  };
  const stageWith = (more: object) => HEARD + stringify({ ...DOMAINS, ...more });

  test('shows the records of domains that it made, unless Route 53 has them', async () => {
    const { code, ran, asked, said } = await deployed({ stageFile: stageWith({}) });
    expect([code, ran, asked]).toEqual([0, EVERYTHING, ADDRESSES]);
    expect(said.join('\n')).toMatch(
      /hatcheck\.example\.com\. +CNAME +d-1\.example\.\n +issuer\.example\.com\. +CNAME +d-2/,
    );
    const recorded = await deployed({ stageFile: stageWith({ hostedZone: 'Z1' }) });
    expect([recorded.code, recorded.said.join('\n').includes('CNAME')]).toEqual([0, false]);
  });

  test('puts the edge in front of what it deployed, and shows records that lead there', async () => {
    const { code, ran, commands, asked, said } = await deployed({ stageFile: stageWith({ edge }) });
    expect(ran).toEqual([...EVERYTHING, 'deploy of the edge', 'info of the edge']);
    expect([code, asked]).toEqual([0, ADDRESSES]);
    const [command = ''] = commands.filter((each) => / deploy .*edge/.test(each));
    for (const part of ['--param=target=d-1.example', '--param=issuerTarget=d-2.example', '--region us-east-1'])
      expect(command).toContain(part);
    expect(said.join('\n')).toMatch(/hatcheck\.example\.com\. +CNAME +d111\.cloudfront\.net\.\n/);
    expect(await deployed({ stageFile: stageWith({ edge }), failing: 'deploy of the edge' })).toMatchObject({
      code: 1,
      asked: [],
    });
  });

  test('does nothing where something stops it, whoever says yes', async () => {
    const account = { parameters: {} };
    for (const given of [{ account }, { account, answer: true }, { account, options: ['--yes'] }]) {
      const { code, ran, made } = await deployed(given);
      expect([code, ran, made.size]).toEqual([2, [], 0]);
    }
  });

  test('goes no further than the step that fails', async () => {
    expect(await deployed({ failing: 'build' })).toMatchObject({ code: 1, ran: ['build'] });
    expect(await deployed({ failing: 'package' })).toMatchObject({ code: 1, ran: ['build', 'package'] });
    expect(await deployed({ failing: 'deploy' })).toMatchObject({ code: 1, ran: ['build', 'package', 'deploy'] });
  });

  test('uploads nothing that is larger than AWS takes', async () => {
    const queues = Array.from({ length: 501 }, (_, at) => [`Queue${at}`, { Type: 'AWS::SQS::Queue' }] as const);
    const template = JSON.stringify({ Resources: Object.fromEntries(queues) });
    expect(await deployed({ template })).toMatchObject({ code: 1, ran: ['build', 'package'] });
  });

  test('fails where what was deployed does not answer', async () => {
    expect(await deployed({ wrong: ['https://hatcheck.example.com/healthz answers 404'] })).toMatchObject({ code: 1 });
  });
});

describe('--check', () => {
  test('changes nothing, and says whether something stops it', async () => {
    expect(await deployed({ options: ['--check'] })).toMatchObject({ code: 0, ran: [] });
    const missing = { options: ['--check', '--yes'], account: { parameters: WITHOUT_PEPPER }, answer: true };
    const { code, ran, made, questions } = await deployed(missing);
    expect([code, ran, made.size, questions]).toEqual([2, [], 0, []]);
  });

  test('is no failure for a warning', async () => {
    expect(await deployed({ options: ['--check'], stageFile: '{}\n' })).toMatchObject({ code: 0 });
  });
});

describe('the pepper', () => {
  const account = { parameters: WITHOUT_PEPPER };

  test('is made with --yes: 32 random bytes that are shown nowhere', async () => {
    const { code, made, said, ran } = await deployed({ account, options: ['--yes'] });
    expect([code, ran]).toEqual([0, EVERYTHING]);
    const value = made.get('/hatcheck/prod/pepper') ?? '';
    expect(Buffer.from(value, 'base64')).toHaveLength(32);
    expect(said.join('\n')).not.toContain(value);
  });

  test('is another one each time', async () => {
    const one = await deployed({ account, options: ['--yes'] });
    const two = await deployed({ account, options: ['--yes'] });
    expect([...one.made.values()]).not.toEqual([...two.made.values()]);
  });

  test('is made where somebody at the terminal says so, and not without', async () => {
    expect(await deployed({ account, answer: true })).toMatchObject({ code: 0, ran: EVERYTHING });
    const refused = await deployed({ account, answer: false });
    expect([refused.code, refused.ran, refused.made.size]).toEqual([2, [], 0]);
    const nobody = await deployed({ account });
    expect([nobody.code, nobody.ran, nobody.made.size]).toEqual([2, [], 0]);
  });
});

describe('a warning', () => {
  const stageFile = '{}\n';

  test('is asked about at a terminal, and stops nobody else', async () => {
    expect(await deployed({ stageFile, answer: false })).toMatchObject({ code: 2, ran: [] });
    expect(await deployed({ stageFile, answer: true })).toMatchObject({ code: 0, ran: EVERYTHING });
    expect(await deployed({ stageFile })).toMatchObject({ code: 0, ran: EVERYTHING });
    const yes = await deployed({ stageFile, answer: false, options: ['--yes'] });
    expect([yes.code, yes.questions]).toEqual([0, []]);
  });
});

describe('how it is called', () => {
  test('help is shown for --help alone, whatever else is said', () => {
    expect(deployOptions(['--help'])).toBeUndefined();
    expect(teardownOptions(['--help'])).toBeUndefined();
    for (const flag of ['--stage', '--region', '--access', '--check', '--yes']) expect(DEPLOY_HELP).toContain(flag);
  });

  test.each([
    [[]],
    [['--stage', 'Prod']],
    [['--stage', '../prod']],
    [['--stage', 'prod', '--region', 'Ireland']],
    [['--stage', 'prod', '--force']],
    [['prod']],
  ])('%j is wrong usage', (args) => {
    expect(() => deployOptions(args)).toThrow(UsageError);
    expect(() => teardownOptions(args)).toThrow(UsageError);
  });

  test('taking down has no option that answers for somebody', () => {
    expect(() => teardownOptions(['--stage', 'prod', '--yes'])).toThrow(UsageError);
  });
});
