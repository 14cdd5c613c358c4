import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BLOWS, type Blow } from './proxy.ts';
import { type StruckBroker, startStruckBroker } from './struck-broker.ts';

let struck: StruckBroker;
let engineer: string;
let approver: string;

beforeAll(async () => {
  struck = await startStruckBroker();
});
afterAll(async () => {
  await struck.close();
});
beforeEach(async () => {
  struck.proxy.strike(() => undefined);
  engineer = await struck.broker.signIn('engineer', ['engineering', 'sre']);
  approver = await struck.broker.signIn('approver', ['sre-leads']);
});

const ask = {
  entitlementId: 'prod-admin',
  justification: 'The queue is stuck.',
  durationSeconds: 1800,
  ticket: 'OPS-1',
};

const pending = async (): Promise<string> => (await struck.submit(engineer, ask)).json.request.id;
const granted = async (): Promise<string> => {
  const id = await pending();
  expect((await struck.call(approver, 'approve', id)).status).toBe(200);
  return id;
};
const types = async (id: string): Promise<string[]> =>
  (await struck.broker.ledger.read(`request#${id}`)).map(({ type }) => type);
const stsCalls = (): number => struck.broker.aws.calls.filter(({ action }) => action === 'sts:AssumeRole').length;

/** Strikes the puts of events of this type: the first try of each, or every try, and then the question what became of it. */
const strikePuts = (event: string, blow: Blow, how: 'once' | 'always'): void => {
  const seen = new Set<string | undefined>();
  let isAway = false;
  struck.proxy.strike((asked) => {
    if (asked.event === event && (how === 'always' || !seen.has(asked.eventId))) {
      seen.add(asked.eventId);
      isAway = how === 'always';
      return blow;
    }
    return isAway && asked.operation === 'GetItem' && asked.table.includes('ledger') ? blow : undefined;
  });
};

const happened = (blow: Blow): boolean => blow === 'resetAfter' || blow === 'silentAfter';
/** Three time-outs and a fourth take nine seconds: one test is enough, since what is done is as after a reset. */
const QUICK = BLOWS.filter((blow) => blow !== 'silentAfter');
/** What the SDK does not try again. */
const isFinal = (blow: Blow): boolean => blow === 'refused';

describe('an approval', () => {
  test.each(BLOWS)(
    'whose put is %s once: one event, and the approver hears yes, now or when they ask again',
    async (blow) => {
      const id = await pending();
      strikePuts('request.approved', blow, 'once');
      const first = await struck.call(approver, 'approve', id, { comment: 'Go ahead.' });
      expect(first.status).toBe(isFinal(blow) ? 503 : 200);
      if (first.status === 503) expect(first.json.code).toBe('ledger_unavailable');
      struck.proxy.strike(() => undefined);
      const again = await struck.call(approver, 'approve', id, { comment: 'Go ahead.' });
      expect([again.status, again.json.request.status]).toEqual([200, 'approved']);
      expect(await types(id)).toEqual(['request.submitted', 'request.approved']);
    },
  );

  test.each(BLOWS)(
    'whose every put is %s: 503, and then no 409 on their own approval',
    async (blow) => {
      const id = await pending();
      strikePuts('request.approved', blow, 'always');
      const first = await struck.call(approver, 'approve', id);
      expect([first.status, first.json.code]).toEqual([503, 'ledger_unavailable']);
      expect(await types(id)).toEqual(['request.submitted', ...(happened(blow) ? ['request.approved'] : [])]);
      struck.proxy.strike(() => undefined);
      const again = await struck.call(approver, 'approve', id);
      expect([again.status, again.json.request.status]).toEqual([200, 'approved']);
      expect(await types(id)).toEqual(['request.submitted', 'request.approved']);
    },
    60_000,
  );
});

describe('an intent', () => {
  test.each(BLOWS)('whose put is %s once: one intent, one session, or none at all', async (blow) => {
    const id = await granted();
    const before = stsCalls();
    strikePuts('credentials.intended', blow, 'once');
    const { status, json } = await struck.call(engineer, 'credentials', id);
    const events = (await types(id)).slice(2);
    if (isFinal(blow)) {
      expect([status, json.code, events, stsCalls() - before]).toEqual([503, 'ledger_unavailable', [], 0]);
    } else {
      expect([status, events, stsCalls() - before]).toEqual([200, ['credentials.intended', 'credentials.issued'], 1]);
      expect(json.AccessKeyId).toMatch(/^ASIA/);
    }
  });

  test.each(QUICK)(
    'whose every put is %s: 503, and STS is never asked',
    async (blow) => {
      const id = await granted();
      const before = stsCalls();
      strikePuts('credentials.intended', blow, 'always');
      const { status, json } = await struck.call(engineer, 'credentials', id);
      expect([status, json.code, stsCalls() - before]).toEqual([503, 'ledger_unavailable', 0]);
      expect((await types(id)).slice(2)).toEqual(happened(blow) ? ['credentials.intended'] : []);
    },
    60_000,
  );
});

describe('an outcome', () => {
  test.each(BLOWS)('whose put is %s once stands once, and the credentials come', async (blow) => {
    const id = await granted();
    const before = stsCalls();
    strikePuts('credentials.issued', blow, 'once');
    const { status, json } = await struck.call(engineer, 'credentials', id);
    expect([status, stsCalls() - before]).toEqual([200, 1]);
    const issued = (await struck.broker.ledger.read(`request#${id}`)).slice(2);
    expect(issued.map(({ type }) => type)).toEqual(['credentials.intended', 'credentials.issued']);
    expect(issued[1]?.data).toMatchObject({ accessKeyId: json.AccessKeyId });
  });
});

describe('a submission with a key', () => {
  test.each(QUICK)(
    'whose every put is %s: 503, and the same key then names one request',
    async (blow) => {
      const key = `key-${blow}`;
      strikePuts('request.submitted', blow, 'always');
      expect((await struck.submit(engineer, ask, key)).status).toBe(503);
      struck.proxy.strike(() => undefined);
      const [one, two] = [await struck.submit(engineer, ask, key), await struck.submit(engineer, ask, key)];
      expect([one.status, two.status]).toEqual([201, 201]);
      expect(two.json.request.id).toBe(one.json.request.id);
      expect(await types(one.json.request.id)).toEqual(['request.submitted']);
      expect((await struck.submit(engineer, { ...ask, durationSeconds: 900 }, key)).json.code).toBe(
        'idempotency_conflict',
      );
    },
    60_000,
  );
});
