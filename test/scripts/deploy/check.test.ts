import { afterEach, describe, expect, test } from '@jest/globals';
import { checkAll } from '../../../scripts/deploy/check.ts';
import { CloudError } from '../../../scripts/deploy/cloud.ts';
import { findingLines } from '../../../scripts/deploy/finding.ts';
import { CALLER, type FakeAccount, fakeCloud } from './fake-cloud.ts';
import { PLAIN, type Scene, sceneOf } from './scene.ts';

const scenes: Scene[] = [];
afterEach(() => {
  for (const scene of scenes.splice(0)) scene.close();
});

interface Given {
  readonly access?: string | undefined;
  readonly account?: FakeAccount;
  /** Of the stage `prod`. */
  readonly stageFile?: string;
  readonly stage?: string;
  readonly region?: string;
  /** What the version that runs may write. */
  readonly running?: readonly string[];
}

const SECRETS = { '/hatcheck/prod/pepper': 'SecureString', '/hatcheck/okta': 'SecureString' };
const HEARD = "alarmActions: ['arn:aws:sns:eu-west-1:777788889999:on-call']\nreserved: 20\n";

const look = (given: Given = {}) => {
  const { account = { parameters: SECRETS }, stageFile = HEARD, stage = 'prod', region } = given;
  const scene = sceneOf('access' in given ? given.access : PLAIN, { prod: stageFile });
  scenes.push(scene);
  const { folder, accessFile } = scene;
  const running = () => Promise.resolve(given.running ?? []);
  return checkAll({ folder, accessFile, stage, region, running, cloud: () => fakeCloud(account) });
};

/** `stops about`, in the order in which they are shown. */
const found = async (given: Given = {}): Promise<readonly string[]> =>
  (await look(given)).findings.map(({ weight, about }) => `${weight} ${about}`);

describe('what stands in the way of a deployment', () => {
  test('nothing, where nothing is missing', async () => {
    expect(await look()).toMatchObject({ findings: [], region: 'eu-west-1', caller: CALLER, pepper: { make: false } });
  });

  test('no access.yml', async () => {
    expect(await found({ access: undefined })).toEqual(['stops access']);
  });

  test('every fault of access.yml, each with its place', async () => {
    const { findings } = await look({ access: PLAIN.replace('1h', 'an hour').replace('auto', 'perhaps') });
    expect(findings.map(({ weight }) => weight)).toEqual(['stops', 'stops']);
    expect(findings.map(({ what }) => what)).toEqual([
      expect.stringMatching(/access\.yml:14:5 entitlements\.prod-read\.approval/),
      expect.stringMatching(/access\.yml:15:5 entitlements\.prod-read\.maxDuration/),
    ]);
  });

  test('what is odd in it does not stop it', async () => {
    const unused = PLAIN.replace('accounts:\n', "accounts:\n  idle: { id: '222233334444', region: eu-west-1 }\n");
    expect(await found({ access: unused })).toEqual(['warns access']);
  });

  test('nobody’s credentials, and with them everything else that does not need any', async () => {
    const account = { caller: new CloudError('no_credentials', 'CredentialsProviderError') };
    expect(await found({ account, access: undefined, stageFile: 'origin: nowhere\n' })).toEqual([
      'stops stage',
      'stops access',
      'warns alarmActions',
      'warns reserved',
      'stops credentials',
    ]);
  });

  test('an AWS that does not answer', async () => {
    expect(await found({ account: { caller: new CloudError('unreachable', 'ENOTFOUND') } })).toEqual(['stops AWS']);
  });

  test('a fault of our own is not called one of AWS', async () => {
    await expect(look({ account: { caller: new TypeError('ours') } })).rejects.toThrow(TypeError);
  });
});

describe('the wrong place', () => {
  const parameters = SECRETS;

  test('another account than the stage’s', async () => {
    expect(await found({ stageFile: `${HEARD}account: '111122223333'\n` })).toEqual(['stops account']);
    expect(await found({ stageFile: `${HEARD}account: '777788889999'\n` })).toStrictEqual([]);
  });

  test('a region, and accounts, of another partition than the credentials', async () => {
    const govern = { ...CALLER, partition: 'aws-us-gov' as const };
    expect(await found({ account: { caller: govern, parameters } })).toEqual(['stops region', 'stops account']);
  });

  test('accounts of another partition are no matter where we sign: nobody assumes a role there', async () => {
    const access = PLAIN.replace('name: ReadOnly }', 'name: ReadOnly }\n    session: { via: webIdentity }');
    const caller = { ...CALLER, partition: 'aws-us-gov' as const };
    const stageFile = 'region: us-gov-west-1\nissuer: https://issuer.example.com\nreserved: 20\n';
    expect(await found({ access, account: { caller, parameters }, stageFile })).toEqual(['warns alarmActions']);
  });

  test('an account in which roles are lent', async () => {
    expect(await found({ account: { caller: { ...CALLER, account: '111122223333' }, parameters } })).toEqual([
      'warns account',
    ]);
  });

  test('the region is the command’s, then the stage’s, then the usual one', async () => {
    const stageFile = "region: eu-north-1\nalarmActions: ['arn:aws:sns:eu-north-1:777788889999:on-call']\n";
    expect((await look({ stageFile })).region).toBe('eu-north-1');
    expect((await look({ stageFile, region: 'eu-central-1' })).region).toBe('eu-central-1');
    expect((await look({ stage: 'dev' })).region).toBe('eu-west-1');
  });
});

describe('the pepper', () => {
  const without = { '/hatcheck/okta': 'SecureString' };

  test('that is not there may be made', async () => {
    const checked = await look({ account: { parameters: without } });
    expect(checked.findings.map(({ about }) => about)).toEqual(['pepper']);
    expect(checked.pepper).toEqual({ name: '/hatcheck/prod/pepper', make: true });
  });

  test('that is gone from under a ledger is not made anew: everybody would be a stranger', async () => {
    const checked = await look({ account: { parameters: without, tables: ['hatcheck-prod-ledger'] } });
    expect(checked.findings.map(({ weight, about }) => `${weight} ${about}`)).toEqual(['stops pepper']);
    expect(checked.pepper.make).toBe(false);
  });

  test('that anybody may read stops it', async () => {
    const checked = await look({ account: { parameters: { ...SECRETS, '/hatcheck/prod/pepper': 'String' } } });
    expect(checked.findings.map(({ about }) => about)).toEqual(['pepper']);
    expect(checked.pepper.make).toBe(false);
  });

  test('is the one that the stage names', async () => {
    const stageFile = `${HEARD}pepper: /elsewhere/pepper\n`;
    expect((await look({ stageFile })).pepper).toEqual({ name: '/elsewhere/pepper', make: true });
  });
});

describe('the secrets that access.yml names', () => {
  const with_ = (reference: string): string => PLAIN.replace('ssm:/hatcheck/okta', reference);

  test('one that is not there, with the command that puts it there', async () => {
    const { findings } = await look({ account: { parameters: { '/hatcheck/prod/pepper': 'SecureString' } } });
    expect(findings.map(({ about }) => about)).toEqual(['secret']);
    expect(findings[0]?.next).toContain('aws ssm put-parameter --name /hatcheck/okta --type SecureString');
  });

  test('one that anybody may read', async () => {
    expect(await found({ account: { parameters: { ...SECRETS, '/hatcheck/okta': 'String' } } })).toEqual([
      'stops secret',
    ]);
  });

  test('one that the functions cannot unseal, unless its key lets them', async () => {
    const keys = { '/hatcheck/okta': 'alias/ours', '/hatcheck/prod/pepper': 'alias/ours' };
    expect(await found({ account: { parameters: SECRETS, keys } })).toEqual(['warns secret', 'warns secret']);
  });

  test('one in Secrets Manager, there and absent', async () => {
    const access = with_('secretsmanager:corp/okta');
    expect(await found({ access, account: { parameters: SECRETS, secrets: ['corp/okta'] } })).toStrictEqual([]);
    expect(await found({ access })).toEqual(['stops secret']);
  });

  test('one of a laptop’s environment, which no function has', async () => {
    expect(await found({ access: with_('env:OKTA') })).toEqual(['stops secret']);
  });

  test('where AWS does not let us look, it is said, and does not stop it', async () => {
    const parameters = new CloudError('refused', 'AccessDeniedException');
    expect(await found({ account: { parameters } })).toEqual(['warns pepper', 'warns secrets']);
  });
});

describe('mail', () => {
  const access = `${PLAIN}chat:
  mail:
    from: hatcheck@example.com
    channels: [{ approvers: [okta:leads], channel: leads@example.com }]
`;
  const account = { parameters: SECRETS };

  test('from an address that SES has not verified stops it', async () => {
    expect(await found({ access, account })).toEqual(['stops mail']);
    expect(await found({ access, account: { ...account, mailFrom: ['hatcheck@example.com'] } })).toStrictEqual([]);
  });

  test('out of SES’s sandbox is asked for', async () => {
    const verified = { ...account, mailFrom: ['hatcheck@example.com'], sandbox: true };
    expect(await found({ access, account: verified })).toEqual(['warns mail']);
  });
});

describe('addresses', () => {
  const signed = PLAIN.replace('name: ReadOnly }', 'name: ReadOnly }\n    session: { via: webIdentity }');

  test('accounts are tied to the issuer for ever: the API’s own is warned of', async () => {
    expect(await found({ access: signed })).toEqual(['warns issuer']);
    const own = 'issuer: https://a1b2.execute-api.eu-west-1.amazonaws.com\n';
    expect(await found({ access: signed, stageFile: HEARD + own })).toEqual(['warns issuer']);
    expect(await found({ access: signed, stageFile: `${HEARD}issuer: https://issuer.example.com\n` })).toStrictEqual(
      [],
    );
    expect(await found({ access: signed, stageFile: `${HEARD}origin: https://hatcheck.example.com\n` })).toStrictEqual(
      [],
    );
  });

  test('domains are looked at, and an edge where there is no CloudFront stops it', async () => {
    expect(await found({ stageFile: `${HEARD}hostedZone: Z0123456789ABCDEFGHIJ\n` })).toEqual(['stops hostedZone']);
    const arn = 'arn:aws-us-gov:acm:us-gov-west-1:777788889999:certificate/1';
    const edge = `edge: { certificate: '${arn}', clientCertificate: '${arn}', truststore: 's3://hatcheck-edge/one.pem' }\n`;
    const stageFile = `domain: hatcheck.example.com\ncertificate: '${arn}'\nreserved: 20\n${edge}`;
    expect(await found({ stageFile, region: 'us-gov-west-1' })).toContain('stops edge');
  });

  test('where roles are assumed nothing is tied to it', async () => {
    expect(await found()).toStrictEqual([]);
  });

  test('nothing reserved for issues is warned of where it matters', async () => {
    const heard = HEARD.replace('reserved: 20\n', '');
    expect(await found({ stageFile: heard })).toEqual(['warns reserved']);
    expect(await found({ stageFile: `${heard}reserved: 0\n` })).toEqual(['warns reserved']);
    expect(await found({ stageFile: `${heard}reserved: many\n` })).toContain('stops stage');
  });

  test('an account without room for what is reserved is told how much is missing, before CloudFormation rolls it back', async () => {
    const room = (concurrency: number | Error) => found({ account: { parameters: SECRETS, concurrency } });
    expect(await room(141)).toStrictEqual([]);
    expect(await room(140)).toEqual(['stops reserved']);
    expect(await room(10)).toEqual(['stops reserved']);
    expect(await room(new CloudError('refused', 'AccessDeniedException'))).toEqual(['warns reserved']);
    const none = {
      stageFile: HEARD.replace('reserved: 20', 'reserved: 0'),
      account: { parameters: SECRETS, concurrency: 10 },
    };
    expect(await found(none)).toEqual(['warns reserved']);
  });

  test('an alarm that nobody hears is warned of where it matters', async () => {
    expect(await found({ stageFile: 'reserved: 20\n' })).toEqual(['warns alarmActions']);
    const dev = { parameters: { ...SECRETS, '/hatcheck/dev/pepper': 'SecureString' } };
    expect(await found({ stage: 'dev', account: dev })).toStrictEqual([]);
  });

  test('a topic of another region would hear nothing', async () => {
    expect(await found({ region: 'eu-central-1' })).toEqual(['stops alarmActions']);
  });
});

describe('an older version than the one that runs', () => {
  const stageFile = `${HEARD}origin: https://hatcheck.example.com\n`;

  test('is told which events it could not read', async () => {
    const { findings } = await look({ stageFile, running: ['request.submitted', 'request.transferred'] });
    expect(findings.map(({ weight, about }) => `${weight} ${about}`)).toEqual(['warns roll back']);
    expect(findings[0]?.what).toContain('may write request.transferred, which');
  });

  test('or as old a one is no matter', async () => {
    expect(await found({ stageFile, running: ['request.submitted'] })).toStrictEqual([]);
  });

  test('is not known of where nobody says where it runs', async () => {
    expect(await found({ running: ['request.transferred'] })).toStrictEqual([]);
  });
});

test('what stops it is shown first, each with what to do', () => {
  const lines = findingLines([
    { weight: 'warns', about: 'b', what: 'odd', next: 'look' },
    { weight: 'stops', about: 'a', what: 'missing', next: 'make it' },
  ]);
  expect(lines).toEqual(['stops  a: missing', '       next: make it', 'warns  b: odd', '       next: look']);
});
