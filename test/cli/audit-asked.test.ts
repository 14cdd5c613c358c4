import { beforeAll, describe, expect, test } from '@jest/globals';
import { engineer, noon } from '../support/builders.ts';
import { ID, broker, put, run } from './audit-asked-scene.ts';

const BIDI = '\u202e';
const EVIL = `<img src=x onerror=alert(1)>"'&${BIDI}txt.exe`;

const ofRequest = {
  ...{ requestId: ID, requester: { handle: engineer.handle, displayName: EVIL }, entitlementId: 'prod-admin' },
  ...{ accountId: '111122223333', roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', ticket: '=OPS-1' },
};
const GRANT = { ...ofRequest, people: [], startsAt: noon(0), endsAt: noon(3600), liveUntil: noon(3600), sessions: 2 };
const event = (eventId: string, more: object = {}) => ({
  ...{ ...ofRequest, eventId, stream: `request#${ID}`, seq: 1, type: 'request.approved', at: noon(60), people: [] },
  actor: { handle: 'p_approver', email: 'approver@example.com', kind: 'person' },
  ...more,
});

describe('hatcheck audit search', () => {
  const QUERY = 'account=111122223333&from=2026-03-02T11%3A00%3A00.000Z&limit=200';
  const asked = (...more: readonly string[]) =>
    run('audit', 'search', '--account', '111122223333', '--from', '2026-03-02 12:00', ...more);

  beforeAll(() => {
    const first = { grants: [GRANT], events: [event('e1', { words: `@SUM(1)${BIDI}` })], nextCursor: 'next' };
    broker.answer(`GET /v1/audit?${QUERY}`, { status: 200, json: first });
    broker.answer(`GET /v1/audit?${QUERY}&cursor=next`, {
      status: 200,
      json: { grants: [], events: [event('e2', { type: 'request.denied', refused: 'denied' })] },
    });
  });

  test('prints all pages, in the time of whoever looks and in UTC', async () => {
    const { code, stdout } = await asked();
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^2026-03-02 13:00 \(12:00 UTC\) to 2026-03-02 14:00 \(13:00 UTC\) +could .*sessions: 2$/);
    expect(lines[1]).toMatch(
      /^2026-03-02 13:01 \(12:01 UTC\) +request\.approved +approver@example\.com +111122223333 +Admin/,
    );
    expect(stdout).not.toContain(BIDI);
  });

  test('as CSV no cell is a formula, and nothing hides in one', async () => {
    const { stdout } = await asked('--format', 'csv');
    const rows = stdout.trimEnd().split('\r\n');
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(/^kind,at,ends_at,live_until,type,actor,/);
    expect(stdout).toContain(",'=OPS-1,");
    expect(stdout).toContain("'@SUM(1)⟨U+202E⟩");
    expect(stdout).not.toContain(BIDI);
  });

  test('as JSON lines, and as JSON, it is what the server said', async () => {
    const lines = (await asked('--format', 'jsonl')).stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { kind: 'grant', sessions: 2 },
      { kind: 'event', eventId: 'e1' },
      { kind: 'event', eventId: 'e2' },
    ]);
    expect(JSON.parse((await asked('--format', 'json')).stdout)).toEqual(lines);
  });

  test('where nothing is found it says so, and JSON is an empty list', async () => {
    broker.answer('GET /v1/audit?refusals=true&limit=200', { status: 200, json: { grants: [], events: [] } });
    expect(await run('audit', 'search', '--refusals')).toMatchObject({ code: 0, stdout: 'nothing\n' });
    expect(JSON.parse((await run('audit', 'search', '--refusals', '--format', 'json')).stdout)).toStrictEqual([]);
  });

  test('whoever is no auditor hears it', async () => {
    broker.answer('GET /v1/audit?limit=200', { status: 403, json: { code: 'not_an_auditor', detail: 'no' } });
    expect(await run('audit', 'search')).toMatchObject({ code: 1 });
  });

  test('a time that is none is wrong usage', async () => {
    expect(await run('audit', 'search', '--from', 'soon')).toMatchObject({ code: 2, stdout: '' });
  });
});

const session = {
  intent: 'i',
  purpose: 'credentials',
  roleArn: GRANT.roleArn,
  durationSeconds: 900,
  endsAt: noon(3600),
};
const entry = (type: string, seconds: number, more: object = {}) => ({
  ...{ eventId: `${type} ${seconds}`, stream: `request#${ID}`, seq: 0, at: noon(seconds), type },
  ...{ actor: { handle: engineer.handle, displayName: EVIL, kind: 'person' } },
  log: { state: 'proved', index: 7, checkpoint: 12, at: noon(300) },
  ...more,
});
const dossier = (unproved = 0) => ({
  at: noon(4000),
  request: {
    ...{ id: ID, status: 'ended', title: EVIL, entitlementId: 'prod-admin', accountId: '111122223333' },
    ...{ roleArn: GRANT.roleArn, requester: { handle: engineer.handle, displayName: EVIL }, justification: EVIL },
    ...{ ticket: EVIL, grant: { state: 'ended', startsAt: noon(60), endsAt: noon(3600) } },
  },
  events: [],
  timeline: [
    entry('request.submitted', 0, { words: `</blockquote><script>alert(1)</script>${BIDI}` }),
    entry('request.approved', 60, {
      on: {
        what: 'request',
        roleArn: GRANT.roleArn,
        durationSeconds: 3600,
        approvals: 0,
        scope: { actions: [EVIL], resources: ['*'] },
      },
      grant: { startsAt: noon(60), endsAt: noon(3660) },
    }),
    entry('credentials.issued', 61, { session: { ...session, accessKeyId: 'ASIA1', expiration: noon(961) } }),
    entry('request.ended', 3600, { log: unproved > 0 ? { state: 'unproved', index: 9 } : { state: 'waiting' } }),
  ],
  coverage: {
    proved: 3,
    waiting: 1 - unproved,
    unproved,
    checkpoint: { seq: 12, at: noon(300), size: 20, kid: 'k', checkpoint: '', signature: '' },
  },
});

const did = (eventID: string, accessKeyId: string, more: object = {}) => ({
  ...{ eventID, eventTime: noon(120), eventSource: 's3.amazonaws.com', eventName: 'GetObject' },
  ...{ awsRegion: 'eu-west-1', sourceIPAddress: '203.0.113.7' },
  userIdentity: { type: 'AssumedRole', accessKeyId, sessionContext: { sourceIdentity: engineer.handle } },
  ...more,
});
const assumed = (eventID: string, opened: string, by: string | undefined, asked: object) => ({
  ...{ eventID, eventTime: noon(130), eventSource: 'sts.amazonaws.com', eventName: 'AssumeRole' },
  ...(by === undefined ? {} : { userIdentity: { type: 'AssumedRole', accessKeyId: by } }),
  requestParameters: { roleArn: GRANT.roleArn, ...asked },
  responseElements: { credentials: { accessKeyId: opened } },
});
const RECORDS = [
  did('own', 'ASIA1'),
  did('of another request', 'ASIA9'),
  did('refused', 'ASIA1', { errorCode: 'AccessDenied' }),
  // Opened with our tag, though no outcome of it is on record; and from it one more, told before it.
  did('chained', 'ASIA3'),
  assumed('from it', 'ASIA3', 'ASIA2', {}),
  assumed('tagged', 'ASIA2', undefined, {
    sourceIdentity: engineer.handle,
    tags: [{ key: 'hatcheck-request', value: ID }],
  }),
  assumed('tagged by a stranger', 'ASIA8', undefined, {
    sourceIdentity: 'p_other',
    tags: [{ key: 'hatcheck-request', value: ID }],
  }),
  did('of the stranger', 'ASIA8'),
];

describe('hatcheck audit dossier', () => {
  beforeAll(() => {
    broker.answer(`GET /v1/audit/requests/${ID}`, { status: 200, json: dossier() });
  });

  test('tells what happened, with what was done, and what proves it', async () => {
    const trail = put('trail.json', JSON.stringify({ Records: RECORDS }));
    const { code, stdout } = await run('audit', 'dossier', ID, '--cloudtrail', trail);
    expect(code).toBe(0);
    expect(stdout).toContain('proved by checkpoint 12, as number 7 of the log');
    expect(stdout).toContain('no checkpoint covers it yet');
    expect(stdout).toContain('2026-03-02 13:02 (12:02 UTC)  s3:GetObject: CloudTrail');
    expect(stdout).toContain('AWS said: AccessDenied');
    expect(stdout).toContain('4 calls in CloudTrail');
    expect(stdout).not.toContain(BIDI);
  });

  test.each([
    ['what S3 holds', JSON.stringify({ Records: RECORDS })],
    [
      'what lookup-events answers',
      JSON.stringify({ Events: RECORDS.map((each) => ({ CloudTrailEvent: JSON.stringify(each) })) }),
    ],
    [
      'what Lake answers',
      JSON.stringify({
        QueryStatus: 'FINISHED',
        QueryResultRows: RECORDS.map((each) => [{ eventJson: JSON.stringify(each) }]),
      }),
    ],
    ['an export', RECORDS.map((each) => JSON.stringify(each)).join('\n')],
  ])('matches by key, tag and source identity in %s', async (_what, content) => {
    const { stdout } = await run('audit', 'dossier', ID, '--format', 'json', '--cloudtrail', put('some.json', content));
    const { used } = JSON.parse(stdout) as { used: readonly { id: string }[] };
    expect(used.map(({ id }) => id).toSorted()).toEqual(['chained', 'from it', 'own', 'refused']);
  });

  test('what was done by one of its keys as somebody else is told, and is no success', async () => {
    const foreign = did('foreign', 'ASIA1', {
      userIdentity: { accessKeyId: 'ASIA1', sessionContext: { sourceIdentity: 'p_other' } },
    });
    const { code, stdout } = await run(
      'audit',
      'dossier',
      ID,
      '--cloudtrail',
      put('foreign.json', JSON.stringify({ Records: [foreign] })),
    );
    expect([code, stdout.includes('as another identity: p_other')]).toEqual([1, true]);
  });

  test('an event that is not proved is no success', async () => {
    broker.answer(`GET /v1/audit/requests/${ID}`, { status: 200, json: dossier(1) });
    const { code, stdout } = await run('audit', 'dossier', ID);
    broker.answer(`GET /v1/audit/requests/${ID}`, { status: 200, json: dossier() });
    expect([code, stdout.includes('NOT PROVED')]).toEqual([1, true]);
  });

  test('as a page it is one that runs nothing, loads nothing, and shows markup as text', async () => {
    const { code, stdout } = await run('audit', 'dossier', ID, '--format', 'html');
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/<(?:script|img|link|a|iframe)\b/);
    expect(stdout).toContain('&lt;/blockquote&gt;&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩');
    expect(stdout).not.toContain(BIDI);
    expect(stdout).toContain("default-src 'none'");
    expect(stdout).toContain('@media print');
    expect(stdout).toContain('prefers-color-scheme');
    expect(stdout).not.toMatch(/https?:\/\//);
  });

  test('a file that CloudTrail never wrote is wrong usage', async () => {
    expect(
      await run('audit', 'dossier', ID, '--cloudtrail', put('x.json', '{"QueryResultRows": [[{"x": "1"}]]}')),
    ).toMatchObject({ code: 2 });
  });
});
