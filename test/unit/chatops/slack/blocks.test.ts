import { describe, expect, test } from '@jest/globals';
import type { Card } from '../../../../lib/chatops/port.ts';
import { askView, blocksOf, homeView, plainText } from '../../../../lib/chatops/slack/blocks.ts';

const ORIGIN = 'https://hatcheck.example.com';
const ID = 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA';

const card = (why: string, more: Partial<Card> = {}): Card => ({
  title: 'Erin Engineer asks: Administer production',
  facts: [{ label: 'Why', text: why }],
  actions: [
    { type: 'approve', requestId: ID, seq: 3 },
    { type: 'deny', requestId: ID, seq: 3 },
    { type: 'open', label: 'Open in the portal', path: `/requests/${ID}` },
  ],
  ...more,
});

interface TextObject {
  readonly type: string;
  readonly text: string;
}

const isText = (value: object): value is TextObject => 'text' in value && typeof value.text === 'string';

/** Every text object in it, however deep, in its order. */
const textObjects = (value: unknown): readonly TextObject[] => {
  if (typeof value !== 'object' || value === null) return [];
  return isText(value) ? [value] : Object.values(value).flatMap(textObjects);
};

/** What stands beside the first label. */
const shown = (why: string): string => textObjects(blocksOf(card(why), ORIGIN)).map(({ text }) => text)[2] ?? '';

describe('a justification made to look like something else is plain text', () => {
  test.each([
    ['a mention of everybody', '<!channel> approve', '&lt;!channel&gt; approve'],
    ['a mention of who is here', '<!here|here>', '&lt;!here|here&gt;'],
    ['a mention of a person', '<@U0APPROVER>', '&lt;@U0APPROVER&gt;'],
    ['a mention of a channel', '<#C0APPROVALS>', '&lt;#C0APPROVALS&gt;'],
    ['a link', '<https://evil.example|Approve>', '&lt;https://evil.example|Approve&gt;'],
    ['a date', '<!date^1392734382^{date}|now>', '&lt;!date^1392734382^{date}|now&gt;'],
    ['entities that would become one', '&lt;!channel&gt;', '&amp;lt;!channel&amp;gt;'],
    ['markup', '*approved* _by_ ~ari~ `yes`', '*approved* _by_ ~ari~ `yes`'],
    ['an emoji', ':white_check_mark: approved', ':white_check_mark: approved'],
    ['right to left', 'abc\u202edevorppa', 'abc⟨U+202E⟩devorppa'],
    ['an isolate', 'a\u2067b\u2069', 'a⟨U+2067⟩b⟨U+2069⟩'],
    ['a mark', 'a\u200fb', 'a⟨U+200F⟩b'],
    ['what has no width', 'ap\u200bprove', 'ap⟨U+200B⟩prove'],
    ['invisible letters', 'a\u{e0041}', 'a⟨U+E0041⟩'],
    ['a control', 'a\u001b[2Jb', 'a⟨U+001B⟩[2Jb'],
    ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['nothing', ' ', '–'],
  ])('%s', (_attack, why, expected) => {
    expect(shown(why)).toBe(expected);
  });

  test.each(
    [0xad, 0x34f, 0x115f, 0x1160, 0x2800, 0x3164, 0xfe00, 0xfe0f, 0xffa0, 0xfff9, 0xfffb].map((point) => [
      point.toString(16).toUpperCase().padStart(4, '0'),
    ]),
  )('what looks like nothing: U+%s', (point) => {
    expect(shown(`a${String.fromCodePoint(parseInt(point, 16))}b`)).toBe(`a⟨U+${point}⟩b`);
  });

  test('no text of a message is anything but plain', () => {
    const objects = textObjects(blocksOf(card('*x*'), ORIGIN));
    expect(objects.length).toBeGreaterThan(4);
    for (const object of objects) expect(object).toMatchObject({ type: 'plain_text', emoji: false });
  });

  test('a name with a line break begins no fact of its own', () => {
    const [header] = blocksOf(card('x', { title: 'Erin\nApproved: yes' }), ORIGIN);
    expect(header).toMatchObject({ text: { text: 'Erin Approved: yes' } });
  });
});

describe('attack: what is asked for is longer than Slack shows, so that its end is not read', () => {
  const idsOf = (one: Card): readonly string[] =>
    [...JSON.stringify(blocksOf(one, ORIGIN).at(-1)).matchAll(/"action_id":"(\w+)"/g)].map(([, id = '']) => id);
  const many = Array.from({ length: 60 }, (_, index) => ({ label: `L${index}`, text: 'x' }));

  test.each([
    ['a long text', card(`${'x'.repeat(2000)}!`)],
    ['a short text of what is escaped', card('&'.repeat(401))],
    ['a short text of what is made visible', card('\u200b'.repeat(300))],
    ['too many facts', card('x', { facts: many })],
  ])('%s: the yes is said in the portal only', (_of, one) => {
    expect(idsOf(one)).toEqual(['deny', 'open']);
    expect(JSON.stringify(blocksOf(one, ORIGIN))).toContain('say yes there');
  });

  test('what just fits may be approved', () => {
    expect(idsOf(card('&'.repeat(400)))).toEqual(['approve', 'deny', 'open']);
    expect(JSON.stringify(blocksOf(card('x'), ORIGIN))).not.toContain('say yes there');
  });
});

describe('the limits of Block Kit', () => {
  test.each([
    ['letters', 'x'.repeat(5000)],
    ['what is escaped', '<'.repeat(3000)],
    ['pairs of surrogates', '😀'.repeat(3000)],
  ])('a very long text of %s is cut within them, and says so', (_of, why) => {
    const text = shown(why);
    expect(text.length).toBeLessThanOrEqual(2000);
    expect(text.length).toBeGreaterThan(1990 - '… (cut: the portal has it all)'.length);
    expect(text.endsWith(' … (cut: the portal has it all)')).toBe(true);
    expect(text.isWellFormed()).toBe(true);
    expect(text.replaceAll(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
  });

  test('a text that just fits is left alone', () => {
    expect(plainText('x'.repeat(150), 150).text).toBe('x'.repeat(150));
    expect(plainText('x'.repeat(151), 150).text).toHaveLength(150);
  });

  test('however many facts there are, the buttons stay', () => {
    const facts = Array.from({ length: 80 }, (_, index) => ({ label: `L${index}`, text: 'x' }));
    const blocks = blocksOf(card('x', { facts }), ORIGIN);
    expect(blocks).toHaveLength(50);
    expect(blocks.at(-1)).toMatchObject({ type: 'actions' });
  });

  test('a view has at most a hundred blocks, and no field for a reason', () => {
    const view = homeView(
      Array.from({ length: 60 }, () => card('x')),
      ORIGIN,
    );
    expect(view['blocks']).toHaveLength(100);
    expect(JSON.stringify(view)).not.toContain('"input"');
  });
});

test('a button says which request and what was shown, and nothing of who or what', () => {
  const blocks = blocksOf(card('x'), ORIGIN);
  expect(blocks.at(-1)).toMatchObject({
    elements: [
      { action_id: 'approve', value: `${ID}.3` },
      { action_id: 'deny', value: `${ID}.3` },
      { action_id: 'open', url: `${ORIGIN}/requests/${ID}` },
    ],
  });
});

test('the window to ask by offers what one may ask for, and for how long at the most', () => {
  const view = askView({
    entitlements: [
      { id: 'prod-admin', title: 'Administer <production>', maxDurationSeconds: 3600, ticketRequired: true },
    ],
  });
  expect(view).toMatchObject({
    callback_id: 'ask',
    blocks: [
      {
        block_id: 'entitlement',
        element: { options: [{ text: { text: 'Administer &lt;production&gt;' }, value: 'prod-admin' }] },
      },
      { block_id: 'justification' },
      { block_id: 'duration', element: { options: [{ value: '900' }, { value: '1800' }, { value: '3600' }] } },
      { block_id: 'ticket', optional: true },
    ],
  });
});
