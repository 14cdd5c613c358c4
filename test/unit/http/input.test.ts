import { describe, expect, test } from '@jest/globals';
import { ORIGIN, REQUEST_ID, bearer, ownPage, stubApi } from './stub-api.ts';

const { call } = stubApi();
const ask = { entitlementId: 'prod-read', justification: 'to see why it fails', durationSeconds: 900 };
const submit = (body: object | string, headers: Record<string, string> = {}) =>
  call({
    method: 'POST',
    path: '/v1/requests',
    headers: { ...bearer, 'content-type': 'application/json', ...headers },
    body,
  });
const act = (verb: string, body: object | string, headers: Record<string, string> = {}) =>
  call({ method: 'POST', path: `/v1/requests/${REQUEST_ID}/${verb}`, headers: { ...bearer, ...headers }, body });

describe('submitting', () => {
  test('takes what the contract lists', async () => {
    const whole = { ...ask, ticket: 'OPS-1', startAt: '2026-11-22T10:00:00.000Z' };
    expect((await submit(whole)).json).toEqual({ body: whole, query: { dryRun: false }, path: {}, isFormPost: false });
    expect((await submit(ask)).json['body']).toEqual(ask);
  });

  test.each([
    [{ entitlementId: undefined }, '/entitlementId required'],
    [{ entitlementId: 7 }, '/entitlementId invalid_type'],
    [{ entitlementId: null }, '/entitlementId invalid_type'],
    [{ entitlementId: 'Prod_Read' }, '/entitlementId invalid_format'],
    [{ entitlementId: 'prod-read#x' }, '/entitlementId invalid_format'],
    [{ entitlementId: 'a'.repeat(64) }, '/entitlementId invalid_format'],
    [{ justification: undefined }, '/justification required'],
    [{ justification: ' \n\t ' }, '/justification blank'],
    [{ justification: 'x'.repeat(2001) }, '/justification too_long'],
    [{ justification: 'a\rb' }, '/justification ill_formed_text'],
    [{ justification: 'a\u0000b' }, '/justification ill_formed_text'],
    [{ justification: 'a\u001b[2Jb' }, '/justification ill_formed_text'],
    [{ justification: 'a\u0085b' }, '/justification ill_formed_text'],
    [{ justification: 'a\ud800b' }, '/justification ill_formed_text'],
    [{ justification: 'approved \u202eyllanif' }, '/justification ill_formed_text'],
    [{ justification: 'a\u2066b' }, '/justification ill_formed_text'],
    [{ justification: ['x'] }, '/justification invalid_type'],
    [{ durationSeconds: 59 }, '/durationSeconds too_small'],
    [{ durationSeconds: 43_201 }, '/durationSeconds too_big'],
    [{ durationSeconds: 900.5 }, '/durationSeconds invalid_type'],
    [{ durationSeconds: '900' }, '/durationSeconds invalid_type'],
    [{ durationSeconds: -900 }, '/durationSeconds too_small'],
    [{ durationSeconds: undefined }, '/durationSeconds required'],
    [{ ticket: '' }, '/ticket too_short'],
    [{ ticket: 'x'.repeat(129) }, '/ticket too_long'],
    [{ ticket: 'OPS-1\nOPS-2' }, '/ticket ill_formed_text'],
    [{ ticket: null }, '/ticket invalid_type'],
    [{ startAt: '2026-11-22T10:00:00+01:00' }, '/startAt invalid_format'],
    [{ startAt: '2026-11-22 10:00:00Z' }, '/startAt invalid_format'],
    [{ startAt: '2026-11-22T10:00Z' }, '/startAt invalid_format'],
    [{ startAt: '2026-02-30T10:00:00Z' }, '/startAt invalid_format'],
    [{ startAt: '2026-11-22T24:00:00Z' }, '/startAt invalid_format'],
    [{ startAt: '2026-11-22T10:00:60Z' }, '/startAt invalid_format'],
    [{ startAt: '+002026-11-22T10:00:00Z' }, '/startAt invalid_format'],
    [{ startAt: 1_790_000_000 }, '/startAt invalid_type'],
  ])('refuses %j', async (change, fault) => {
    const { code, pointers } = await submit({ ...ask, ...change });
    expect(code).toBe('invalid_input');
    expect(pointers).toEqual([fault]);
  });

  test.each([
    [{ durationSeconds: 60 }],
    [{ durationSeconds: 43_200 }],
    [{ justification: 'x'.repeat(2000) }],
    [{ justification: 'one line\n\tand another, Zürich ☃ 😀' }],
    [{ ticket: 'x'.repeat(128) }],
    [{ entitlementId: 'a'.repeat(63) }],
  ])('takes %j', async (change) => {
    expect((await submit({ ...ask, ...change })).json['body']).toEqual({ ...ask, ...change });
  });

  test.each([
    ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.000Z'],
    ['2026-11-22T10:00:00.5Z', '2026-11-22T10:00:00.500Z'],
    ['2026-11-22T10:00:00.123456789Z', '2026-11-22T10:00:00.123Z'],
    ['2028-02-29T23:59:59Z', '2028-02-29T23:59:59.000Z'],
  ])('startAt %s comes out as %s', async (startAt, instant) => {
    expect((await submit({ ...ask, startAt })).json['body']).toEqual({ ...ask, startAt: instant });
  });

  test('names every fault at once', async () => {
    const { pointers } = await submit({ justification: '', durationSeconds: 1, extra: true });
    expect(pointers.sort()).toEqual([
      '/durationSeconds too_small',
      '/extra unknown_member',
      '/justification too_short',
    ]);
  });

  test('names at most twenty', async () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`x${i}`, 1]));
    expect((await submit({ ...ask, ...many })).pointers).toHaveLength(20);
  });
});

describe('mass assignment', () => {
  // What a request has and a requester must not choose; TEAM CVE-2025-1969 and AWS-2025-004 were of this kind.
  test.each([
    'status',
    'requester',
    'approvals',
    'stages',
    'roleArn',
    'accountId',
    'grantedSeconds',
    'approvedAt',
    'id',
    'requestId',
    'principal',
    'Scope',
    'bundleId',
    'extendedSeconds',
    'review',
    'Justification',
    'constructor',
    'toString',
  ])('%s is an unknown member of a submission and of an approval', async (member) => {
    expect((await submit({ ...ask, [member]: 'x' })).pointers).toEqual([`/${member} unknown_member`]);
    expect((await act('approve', { [member]: 'x' })).pointers).toEqual([`/${member} unknown_member`]);
  });

  test('scope is no member of an approval: nobody changes what was asked for', async () => {
    const scope = { actions: ['s3:*'], resources: ['*'] };
    expect((await act('approve', { scope })).pointers).toEqual(['/scope unknown_member']);
  });

  test('__proto__ is an unknown member and pollutes nothing', async () => {
    const { pointers } = await submit(`{"__proto__":{"polluted":true},${JSON.stringify(ask).slice(1)}`);
    expect(pointers).toEqual(['/__proto__ unknown_member']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('a pointer escapes what JSON Pointer escapes, and does not grow without end', async () => {
    expect((await submit({ ...ask, 'a/b~c': 1 })).pointers).toEqual(['/a~1b~0c unknown_member']);
    expect((await submit({ ...ask, ['y'.repeat(5000)]: 1 })).pointers[0]?.length).toBeLessThan(250);
  });
});

describe('JSON, strictly', () => {
  test.each([
    ['nothing', '', ' required'],
    ['white space', ' ', ' invalid_json'],
    ['cut short', '{"reason":', ' invalid_json'],
    ['two objects', '{"reason":"x"}{"reason":"y"}', ' invalid_json'],
    ['a trailing comma', '{"reason":"x",}', ' invalid_json'],
    ['single quotes', "{'reason':'x'}", ' invalid_json'],
    ['a comment', '{"reason":"x"/* y */}', ' invalid_json'],
    ['a byte order mark', '\ufeff{"reason":"x"}', ' invalid_json'],
    ['NaN', '{"reason":NaN}', ' invalid_json'],
    ['a raw line end in a string', '{"reason":"a\nb"}', ' invalid_json'],
    ['a list', '[{"reason":"x"}]', ' invalid_type'],
    ['a string', '"reason"', ' invalid_type'],
    ['null', 'null', ' invalid_type'],
    ['a member twice', '{"reason":"x","reason":"y"}', ' duplicate'],
    ['a member twice, once escaped', '{"reason":"x","r\\u0065ason":"y"}', ' duplicate'],
    ['a member twice further in', '{"reason":{"a":1,"b":[],"a":2}}', ' duplicate'],
    ['nine levels', `{"reason":${'['.repeat(8)}${']'.repeat(8)}}`, ' too_deep'],
    ['a thousand levels', `{"reason":${'['.repeat(1000)}${']'.repeat(1000)}}`, ' too_deep'],
  ])('%s is refused', async (_name, body, fault) => {
    expect((await act('deny', body, { 'content-type': 'application/json' })).pointers).toEqual([fault]);
  });

  test.each([
    ['eight levels are walked', `{"reason":${'['.repeat(7)}${']'.repeat(7)}}`, ['/reason invalid_type']],
    ['one name in two objects is no duplicate', '{"reason":[{"a":1},{"a":2}]}', ['/reason invalid_type']],
    ['a name as a value is no duplicate', '{"reason":"reason"}', []],
    ['brackets and escapes within strings are text', '{"reason":"{[\\"reason\\": \\\\"}', []],
  ])('%s', async (_name, body, faults) => {
    expect((await act('deny', body, { 'content-type': 'application/json' })).pointers).toEqual(faults);
  });
});

describe('where no body is needed', () => {
  test.each(['cancel', 'end', 'credentials', 'approve', 'console'])(
    '%s takes absent, empty and {} alike, whatever the content type',
    async (verb) => {
      for (const type of ['', 'text/plain', 'application/json', 'image/png'])
        for (const body of ['', '{}', ' { } ']) {
          expect((await act(verb, body, type === '' ? {} : { 'content-type': type })).json['body']).toEqual({});
        }
    },
  );

  test.each(['cancel', 'end', 'credentials'])('%s refuses any other body', async (verb) => {
    for (const body of ['{"a":1}', '[]', 'null', 'x', '{}{}'])
      expect((await act(verb, body, { 'content-type': 'application/json' })).pointers).toEqual([' unexpected_body']);
  });

  test('GET takes none either', async () => {
    expect((await call({ path: '/v1/me', headers: bearer, body: '{}' })).status).toBe(200);
    expect((await call({ path: '/v1/me', headers: bearer, body: '{"a":1}' })).pointers).toEqual([' unexpected_body']);
  });

  test('denial of service by blanks: 60 KiB of them before a letter are refused in no time', async () => {
    const began = performance.now();
    const body = `${' '.repeat(60 * 1024)}x`;
    expect((await call({ path: '/v1/me', headers: bearer, body })).pointers).toEqual([' unexpected_body']);
    // A pattern that tries every split of the blanks takes ten seconds.
    expect(performance.now() - began).toBeLessThan(8000);
  });
});

describe('the acts', () => {
  test('approve takes less and later', async () => {
    const less = { comment: 'an hour is enough', durationSeconds: 3600, startAt: '2026-11-22T12:00:00Z' };
    expect((await act('approve', less)).json['body']).toEqual({ ...less, startAt: '2026-11-22T12:00:00.000Z' });
  });

  test.each(['deny', 'revoke'])('%s wants a reason that says something', async (verb) => {
    expect((await act(verb, { reason: 'not now' })).json['body']).toEqual({ reason: 'not now' });
    expect((await act(verb, '')).pointers).toEqual([' required']);
    expect((await act(verb, {})).pointers).toEqual(['/reason required']);
    expect((await act(verb, { reason: '' })).pointers).toEqual(['/reason too_short']);
    expect((await act(verb, { reason: 'x'.repeat(2001) })).pointers).toEqual(['/reason too_long']);
  });

  test('a csrf member in JSON is unknown: it belongs to forms', async () => {
    expect((await act('console', { csrf: 'x' })).pointers).toEqual(['/csrf unknown_member']);
  });

  test('a form is as strict as JSON', async () => {
    const post = (form: string) =>
      call({ method: 'POST', path: `/v1/requests/${REQUEST_ID}/console`, headers: bearer, form });
    expect((await post('destination=s3')).json['body']).toEqual({ destination: 's3' });
    expect((await post('destination=s3&destination=ec2')).pointers).toEqual(['/destination duplicate']);
    expect((await post('destination=%ff')).pointers).toEqual(['/destination ill_formed_text']);
    expect((await post('destination=%')).pointers).toEqual(['/destination ill_formed_text']);
    expect((await post('%zz=s3')).pointers).toEqual(['/ ill_formed_text']);
    expect((await post('role=Admin')).pointers).toEqual(['/role unknown_member']);
    expect((await post('__proto__=x')).pointers).toEqual(['/__proto__ unknown_member']);
  });
});

describe('Idempotency-Key', () => {
  const keyed = (key: string) => submit(ask, { 'idempotency-key': key });

  test('reaches the handler', async () => {
    const seen = stubApi({
      routes: {
        'POST /v1/requests': (c: { idempotencyKey: string | undefined }) =>
          Promise.resolve({ status: 200, json: { key: c.idempotencyKey ?? null } }),
      },
    });
    const post = { method: 'POST', path: '/v1/requests', body: ask } as const;
    expect((await seen.call({ ...post, headers: { ...bearer, 'idempotency-key': 'k' } })).json).toEqual({ key: 'k' });
    expect((await seen.call({ ...post, headers: bearer })).json).toEqual({ key: null });
  });

  test.each(['a', 'A-1_b.c:d', 'x'.repeat(128)])('%p is taken', async (key) => {
    expect((await keyed(key)).status).toBe(200);
  });

  test.each(['', 'x'.repeat(129), 'a b', 'a,b', 'a/b', 'ä', 'a\n'])('%p is refused', async (key) => {
    expect((await keyed(key)).pointers).toEqual(['Idempotency-Key invalid_header']);
  });
});

test('a body of a form where JSON is wanted is refused', async () => {
  const outcome = await call({
    method: 'POST',
    path: '/v1/requests',
    headers: { ...bearer, ...ownPage, origin: ORIGIN },
    form: { entitlementId: 'prod-read' },
  });
  expect(outcome.code).toBe('unsupported_media_type');
});
