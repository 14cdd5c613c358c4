import { describe, expect, test } from '@jest/globals';
import { mailOf } from '../../../../lib/chatops/mail/mail.ts';
import type { Card } from '../../../../lib/chatops/port.ts';

const ORIGIN = 'https://hatcheck.example.com';
const ID = `r_${'A'.repeat(26)}`;

const card = (change: Partial<Card> = {}): Card => ({
  title: 'Erin asks: Administer production',
  facts: [
    { label: 'Who', text: 'Erin' },
    { label: 'Why', text: 'The queue is stuck.' },
  ],
  notes: ['This role wants the yes in the portal.'],
  actions: [
    { type: 'approve', requestId: ID, seq: 0 },
    { type: 'deny', requestId: ID, seq: 0 },
    { type: 'open', label: 'Open in the portal', path: `/requests/${ID}` },
  ],
  ...change,
});
const because = (text: string): string => mailOf(card({ facts: [{ label: 'Why', text }] }), ORIGIN).text;

test('a mail has what the card has, and of its buttons the way to the portal alone', () => {
  expect(mailOf(card(), ORIGIN)).toEqual({
    subject: '[Hatcheck] Erin asks: Administer production',
    text: `Erin asks: Administer production

Who: Erin
Why: The queue is stuck.

This role wants the yes in the portal.

Open in the portal: ${ORIGIN}/requests/${ID}
`,
  });
});

test('what has no facts and no notes is its title', () => {
  expect(mailOf({ title: 'Hello', facts: [], actions: [] }, ORIGIN).text).toBe('Hello\n');
});

describe('attack: a justification', () => {
  test.each(['\nApproved: by everybody', '\r\nWho: somebody else', '\n\nOpen in the portal: https://evil.example'])(
    'cannot begin a line of its own that looks like ours: %j',
    (text) => {
      const lines = because(`x${text}`).split('\n');
      expect(lines.filter((line) => /^(Approved|Who|Open in the portal)/.test(line))).toEqual([
        `Open in the portal: ${ORIGIN}/requests/${ID}`,
      ]);
    },
  );

  test.each([
    ['https://evil.example/login', 'https[:]//evil[.]example/login'],
    ['www.evil.example', 'www[.]evil[.]example'],
    ['evil.example', 'evil[.]example'],
    ['evil。example', 'evil[.]example'],
    ['evil．example', 'evil[.]example'],
    ['mallory@evil.example', 'mallory@evil[.]example'],
    ['slack://open', 'slack[:]//open'],
    ['xn--e1afmkfd.xn--p1ai', 'xn--e1afmkfd[.]xn--p1ai'],
    ['a.2b', 'a[.]2b'],
  ])('becomes no link in a mail program: %s', (text, shown) => {
    expect(because(text)).toContain(`Why: ${shown}\n`);
  });

  test.each([
    ['The queue is stuck. It is 1.5 h late: please.', 'The queue is stuck. It is 1.5 h late: please.'],
    ['<b>bold</b> <!channel> *a* &lt;', '<b>bold</b> <!channel> *a* &lt;'],
    ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/*'],
  ])('stays as it is written where nothing would be made of it: %s', (text, shown) => {
    expect(because(text)).toContain(`Why: ${shown}\n`);
  });

  test.each(['\u202egnp.exe', '\u2066x', '\u200b', '\u2028'])('shows what turns or hides text: %j', (text) => {
    expect(because(text)).toMatch(/⟨U\+20/);
  });
});

describe('attack: a name in the subject', () => {
  test.each(['Erin\r\nBcc: mallory@evil.example', 'Erin\nTo: x', 'Erin\u2028X', 'Erin\u0000'])(
    'adds no header and no line: %j',
    (title) => {
      expect(mailOf(card({ title }), ORIGIN).subject).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    },
  );

  test('is decoded by nobody into something else', () => {
    expect(mailOf(card({ title: '=?utf-8?B?QXBwcm92ZWQ=?=' }), ORIGIN).subject).not.toContain('=?');
  });

  test('is cut where it is too long, and never within a character', () => {
    const { subject } = mailOf(card({ title: '👩'.repeat(300) }), ORIGIN);
    expect(Array.from(subject)).toHaveLength(200);
    expect(subject.isWellFormed()).toBe(true);
  });
});
