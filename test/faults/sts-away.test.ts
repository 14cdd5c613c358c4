import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { accessPolicy } from '../../lib/config/access.ts';
import { testAccess } from '../support/config.ts';
import { BLOWS, type Blow } from './proxy.ts';
import { type StruckBroker, startStruckBroker } from './struck-broker.ts';

const [read] = testAccess.entitlements;
if (!read) throw new Error('there is no entitlement to go by');

/** The same role by each way, granted at once. */
const WAYS = ['assumeRole', 'webIdentity', 'saml'] as const;
const entitlements = WAYS.map((via) => ({
  ...read,
  id: via.toLowerCase(),
  roleArn: `arn:aws:iam::111122223333:role/hatcheck/By${via}`,
  session: { ...read.session, via },
}));

let struck: StruckBroker;
let engineer: string;
beforeAll(async () => {
  struck = await startStruckBroker({ policy: accessPolicy({ ...testAccess, entitlements }).policy });
});
afterAll(() => struck.close());
beforeEach(async () => {
  struck.sts.strike(() => undefined);
  engineer = await struck.broker.signIn('engineer', ['engineering', 'sre']);
});

const granted = async (via: string): Promise<string> => {
  const justification = 'The queue is stuck.';
  const asked = await struck.submit(engineer, {
    entitlementId: via.toLowerCase(),
    justification,
    durationSeconds: 1800,
  });
  expect(asked.status).toBe(201);
  return asked.json.request.id;
};
const outcomes = async (id: string): Promise<string[]> =>
  (await struck.broker.ledger.read(`request#${id}`)).slice(1).map(({ type }) => type);

/** Every call of STS, or only the first. */
const strike = (blow: Blow, how: 'once' | 'always'): { readonly tries: () => number } => {
  let tries = 0;
  struck.sts.strike(() => {
    tries += 1;
    return how === 'always' || tries === 1 ? blow : undefined;
  });
  return { tries: () => tries };
};

/** What STS surely did not do is failed; of all else nobody knows. */
const OUTCOME: Readonly<Record<Blow, 'failed' | 'unknown'>> = {
  throttled: 'failed',
  refused: 'failed',
  failed: 'unknown',
  resetBefore: 'unknown',
  resetAfter: 'unknown',
  silentAfter: 'unknown',
};
const TRIES: Readonly<Partial<Record<Blow, number>>> = { throttled: 3 };
const SAID: Readonly<Record<Blow, string>> = {
  throttled: 'throttles',
  refused: 'refuses',
  failed: 'fails',
  resetBefore: 'resets before it did anything',
  resetAfter: 'resets once it has opened a session',
  silentAfter: 'opens a session and answers after our time-out',
};

describe.each(WAYS)('a role session by %s', (via) => {
  test('the control: is opened', async () => {
    const id = await granted(via);
    const { status, json } = await struck.call(engineer, 'credentials', id);
    expect([status, json.AccessKeyId]).toEqual([200, expect.stringMatching(/^ASIA/)]);
    expect(await outcomes(id)).toEqual(['credentials.intended', 'credentials.issued']);
  });

  test.each(BLOWS.map((blow) => ({ blow, said: SAID[blow] })))(
    'where STS $said: no credential, one intent with its outcome, and when to come again',
    async ({ blow }) => {
      const id = await granted(via);
      const { tries } = strike(blow, 'always');
      const reply = await struck.call(engineer, 'credentials', id);
      expect([reply.status, reply.json.code]).toEqual([503, 'aws_unavailable']);
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
      expect(reply.text).not.toMatch(/ASIA|SecretAccessKey|SessionToken|arn:aws/);
      expect(await outcomes(id)).toEqual(['credentials.intended', `credentials.${OUTCOME[blow]}`]);
      expect(tries()).toBe(TRIES[blow] ?? 1);
      // And the next time it is as if nothing had been.
      struck.sts.strike(() => undefined);
      expect((await struck.call(engineer, 'credentials', id)).status).toBe(200);
    },
    30_000,
  );

  test('that STS throttled once comes with the next try, under the same intent', async () => {
    const id = await granted(via);
    const { tries } = strike('throttled', 'once');
    expect((await struck.call(engineer, 'credentials', id)).status).toBe(200);
    expect([tries(), await outcomes(id)]).toEqual([2, ['credentials.intended', 'credentials.issued']]);
  });

  test('for the console where STS is away: no URL, and the outcome on record', async () => {
    const id = await granted(via);
    strike('resetAfter', 'always');
    const reply = await struck.call(engineer, 'console', id, {});
    expect([reply.status, reply.json.url]).toEqual([503, undefined]);
    expect(await outcomes(id)).toEqual(['credentials.intended', 'credentials.unknown']);
  });
});
