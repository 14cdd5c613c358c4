import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Asker, asking } from '../../cli/asker.ts';
import { requestIn } from '../../cli/requests.ts';
import { evidenceLines, eventLines, peopleOf, requestLines } from '../../cli/shown/request-facts.ts';
import { tableLines } from '../../cli/shown/table.ts';
import { cut, quoted, visible, visibleLine } from '../../cli/shown/visible.ts';
import { visible as visibleInChat } from '../../lib/chatops/plain.ts';
import { requestView } from './signed-in.ts';

const ID = `r_${'A'.repeat(26)}`;
const NOW = new Date('2026-11-22T12:00:00.000Z');
const place = { server: 'http://127.0.0.1' } as Parameters<typeof requestIn>[0];

describe('other people’s words', () => {
  test('have whatever a terminal obeys, and what hides or turns text, shown as code points', () => {
    expect(visible('\u001b[2J\u009b1m\u0007a\u202eb\u2066c\u200b\u{e0041}')).toBe(
      '⟨U+001B⟩[2J⟨U+009B⟩1m⟨U+0007⟩a⟨U+202E⟩b⟨U+2066⟩c⟨U+200B⟩⟨U+E0041⟩',
    );
    expect([visible('\ud800x'), visible('a\nb'), visibleLine('a\nb\r')]).toEqual(['\ufffdx', 'a\nb', 'a b⟨U+000D⟩']);
  });

  test('nothing that chat shows as a code point passes', () => {
    const passing: string[] = [];
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const text = String.fromCodePoint(point);
      if (visibleInChat(text) !== text && visible(text) === text && text !== '\n') passing.push(point.toString(16));
    }
    expect(passing).toStrictEqual([]);
  });

  test('of several lines stand behind a bar, so that none passes for one of ours', () => {
    expect(quoted('fine\n  ticket  OPS-1')).toEqual(['│ fine', '│   ticket  OPS-1']);
  });

  test('are cut between characters, as a reader takes them', () => {
    expect([cut('äöü', 3), cut('👩‍💻👩‍💻👩‍💻', 2)]).toEqual(['äöü', '👩‍💻…']);
  });
});

test('columns are as wide as their widest cell, whatever its colour', () => {
  const paint = (text: string): string => `<${text}>`;
  expect(tableLines([['a', { text: 'b', paint }, 'c'], ['aaa', 'bb'], ['']])).toEqual(['a    <b >  c', 'aaa  bb', '']);
});

describe('a request', () => {
  const hostile = 'please\n  yes of     security@example.com\u001b[1A';
  const view = requestView(ID, {
    ...{ status: 'pending', grant: undefined, requester: { handle: 'p_a', displayName: 'x\nrole' }, seq: 4 },
    ...{ justification: hostile, durationSeconds: 5400, createdAt: NOW.toISOString(), actions: ['approve', 'deny'] },
    ...{ ticket: 'OPS-1', scope: { actions: ['s3:*'], resources: ['*'], words: ['everything in s3'] } },
    stages: [
      {
        from: { groups: ['okta:leads'], people: [] },
        count: 2,
        approvals: [{ approver: { email: 'lead@example.com' } }],
      },
    ],
  });
  const request = requestIn(place, view);
  const lines = requestLines(request, NOW);

  test('shows what was asked, and whose yes is missing', () => {
    const text = lines.join('\n');
    expect(text).toMatch(/because +│ please\n +│ {3}yes of {5}security@example.com⟨U\+001B⟩\[1A\n/);
    expect(text).toMatch(/requester +x role \(p_a\)\n/);
    expect(text).toMatch(/for +1h30m\n/);
    expect(text).toMatch(/only for +everything in s3\n/);
    expect(text).toMatch(/yes of +lead@example.com/);
    expect(text).toMatch(/needs a yes +of okta:leads/);
    expect(text).toMatch(/you may +approve, deny/);
  });

  test('has no line that its requester wrote, but behind a bar', () => {
    expect(lines.filter((line) => /^\s*yes of/.test(line))).toHaveLength(1);
    expect(lines.join('')).not.toMatch(/\n|\u001b\[1A/);
  });

  test('has its events, by whom, and the evidence that is not the requester’s word', () => {
    const events = [
      { at: NOW.toISOString(), type: 'request.submitted', actor: { handle: 'p_a' } },
      { at: NOW.toISOString(), type: 'credentials.refused', actor: { handle: 'p_b' }, data: { code: 'not_approved' } },
    ];
    expect(eventLines(events, peopleOf(view), NOW).join('\n')).toMatch(
      /request\.submitted +x role \(p_a\)\n.*credentials\.refused +p_b: not_approved/,
    );
    const unusual = [{ code: 'first_time', detail: 'Never asked for before.' }];
    const evidence = evidenceLines({ unusual, ticket: { state: 'open', ofRequester: false } });
    expect(evidence.join('\n')).toMatch(/the ticket +open, and somebody else’s\n *unusual +Never asked/);
  });
});

describe('times', () => {
  /** In a process of its own, whose zone it is. */
  const inZone = (zone: string, script: string): unknown => {
    const code = `import { instantGiven, timeText } from ${JSON.stringify(resolve('cli/shown/times.ts'))};
      const now = new Date('2026-11-22T12:00:00Z');
      const given = (text) => { try { return instantGiven(text, now) } catch (error) { return error.exitCode } };
      console.log(JSON.stringify(${script}))`;
    const env = { TZ: zone, PATH: '/usr/bin' };
    return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { env, encoding: 'utf8' }));
  };

  test('are shown in the viewer’s zone, with UTC beside', () => {
    const shown = `['2026-11-22T13:30:00Z', '2026-11-22T23:30:00Z'].map((at) => timeText(Date.parse(at), now))`;
    expect(inZone('Europe/Berlin', shown)).toEqual(['14:30 (13:30 UTC)', '2026-11-23 00:30 (2026-11-22 23:30 UTC)']);
    expect(inZone('UTC', shown)).toEqual(['13:30 UTC', '23:30 UTC']);
  });

  test('are understood in it, and as instants', () => {
    const words = ['14:30', '12:30', '+1h30m', '2026-11-23 14:30', '2026-11-23T14:30Z', '2026-11-23T14:30:05.5+05:30'];
    expect(inZone('Europe/Berlin', `${JSON.stringify(words)}.map(given)`)).toEqual([
      ...['2026-11-22T13:30:00.000Z', '2026-11-23T11:30:00.000Z', '2026-11-22T13:30:00.000Z'],
      ...['2026-11-23T13:30:00.000Z', '2026-11-23T14:30:00.000Z', '2026-11-23T09:00:05.500Z'],
    ]);
  });

  test('that there are not are refused: 30 February, 25:00, and what the clocks skip', () => {
    const words = ['2026-02-30 10:00', '25:00', '2026-03-29 02:30', 'soon', '+', '+soon', '2026-13-01T00:00Z'];
    expect(inZone('Europe/Berlin', `${JSON.stringify(words)}.map(given)`)).toEqual(words.map(() => 2));
  });
});

describe('somebody who is asked', () => {
  const answering = (...answers: string[]): { asker: Asker; shown: string[] } => {
    const shown: string[] = [];
    const answerTo = (question: string): Promise<string> => {
      shown.push(question);
      return Promise.resolve(answers.shift() ?? '');
    };
    return {
      asker: asking(
        answerTo,
        (line) => shown.push(line),
        () => Promise.resolve(),
      ),
      shown,
    };
  };
  const choices = ['prod-read', 'prod-admin', 'prod'].map((name) => ({ value: name, name, more: [] }));

  test.each([
    [['2'], 'prod-admin'],
    [['prod'], 'prod'],
    [['ADM'], 'prod-admin'],
    [['prod-', 'read'], 'prod-read'],
    [['prod-', '2'], 'prod-admin'],
    [['9', 'none', '1'], 'prod-read'],
  ])('chooses by %j', async (answers, value) => {
    expect(await answering(...answers).asker.choose('Which?', choices)).toBe(value);
  });

  test('says no by saying nothing', async () => {
    const said = ['', 'n', 'yes!', 'y', 'Yes'].map((answer) => answering(answer).asker.confirm('Sure?'));
    expect(await Promise.all(said)).toEqual([false, false, false, true, true]);
  });

  test('is asked again until there is an answer', async () => {
    const { asker, shown } = answering('', ' x ', 'long');
    const wrong = (answer: string): string | undefined => (answer.length < 2 ? 'too short' : undefined);
    expect(await asker.ask('Why', { wrong })).toBe('long');
    expect(shown).toEqual(['Why: ', '  it is needed', 'Why: ', '  too short', 'Why: ']);
  });
});
