import { describe, expect, test } from '@jest/globals';
import { cardSchema } from '../../../../local/chat/teams-world.ts';
import type { Card } from '../../../../lib/chatops/port.ts';
import { askCard, cardOf, sentCard } from '../../../../lib/chatops/teams/card.ts';
import { textsOf, verbsOf } from '../../../support/teams-tenant.ts';

const ID = `r_${'A'.repeat(26)}`;
const ORIGIN = 'https://hatcheck.example.com';
const asked: Card = {
  title: 'Erin asks: Administer production',
  facts: [
    { label: 'Who', text: 'Erin' },
    { label: 'Why', text: 'The queue is stuck.\nAgain.' },
  ],
  actions: [
    { type: 'approve', requestId: ID, seq: 3 },
    { type: 'deny', requestId: ID, seq: 3 },
    { type: 'open', label: 'Open in the portal', path: `/requests/${ID}` },
  ],
};

/** As the local Teams takes it: without `TextBlock`, `FactSet` and whatever else reads Markdown. */
const shown = (card: Card) => cardSchema.parse(cardOf(card, ORIGIN));
const withWhy = (text: string): Card => ({ ...asked, facts: [{ label: 'Why', text }] });
const whyOf = (text: string): string | undefined => textsOf({ cards: [shown(withWhy(text))] })[2];

describe('a card', () => {
  test('has what an approver needs, and the buttons', () => {
    const cards = [shown(asked)];
    expect(textsOf({ cards })).toEqual([
      ...['Erin asks: Administer production', 'Who', 'Erin', 'Why', 'The queue is stuck.\nAgain.'],
    ]);
    expect(verbsOf({ cards })).toEqual(['approve', 'deny', `${ORIGIN}/requests/${ID}`]);
    expect(cards[0]?.actions[0]).toMatchObject({ data: { value: `${ID}.3` } });
  });

  test('asks for the reason where it may be denied or revoked, and nowhere else', () => {
    const inputs = (card: Card) => shown(card).body.filter(({ type }) => type === 'Input.Text');
    const revoke = { type: 'revoke', requestId: ID, seq: 3 } as const;
    expect(inputs(asked)).toMatchObject([{ id: 'reason', label: 'Why not (needed to deny)' }]);
    expect(inputs({ ...asked, actions: [revoke] })).toMatchObject([{ label: 'Why (needed to revoke)' }]);
    expect(inputs({ ...asked, actions: [...asked.actions, revoke] })).toMatchObject([
      { label: 'Why (needed to deny or to revoke)' },
    ]);
    expect(inputs({ ...asked, actions: [] })).toStrictEqual([]);
  });

  test('that does not hold all of it has no Approve', () => {
    for (const long of ['x'.repeat(2001), 'x\n'.repeat(61), '\u202e'.repeat(300)]) {
      const cards = [shown(withWhy(long))];
      expect(verbsOf({ cards })).toEqual(['deny', `${ORIGIN}/requests/${ID}`]);
      expect(textsOf({ cards }).join(' ')).toMatch(/cut: the portal has it all.*read it in the portal/s);
    }
    const many = Array.from({ length: 31 }, (_each, index) => ({ label: 'Yes', text: String(index) }));
    expect(verbsOf({ cards: [shown({ ...asked, facts: many })] })).not.toContain('approve');
    const large = Array.from({ length: 7 }, () => ({ label: 'Why', text: 'x'.repeat(2000) }));
    expect(verbsOf({ cards: [shown({ ...asked, facts: large })] })).not.toContain('approve');
  });

  test('is never too large for Teams', () => {
    const facts = Array.from({ length: 100 }, () => ({ label: 'Why', text: '\ud83d\ude00\n'.repeat(5000) }));
    expect(JSON.stringify(cardOf({ ...asked, facts }, ORIGIN)).length * 2).toBeLessThan(100 * 1024);
    const most = Array.from({ length: 30 }, () => ({ label: 'Why', text: `${'"'.repeat(396)}\n\n\n` }));
    const whole = cardOf({ ...asked, facts: most }, ORIGIN);
    expect(verbsOf({ cards: [cardSchema.parse(whole)] })).toContain('approve');
    expect(JSON.stringify(whole).length * 2).toBeLessThan(100 * 1024);
  });

  test('of the form asks for what one is eligible for, at most so long', () => {
    const entitlements = [
      { id: 'a', title: 'A\n[x](https://evil.example)', maxDurationSeconds: 3600, ticketRequired: false },
      { id: 'b', title: 'B', maxDurationSeconds: 900, ticketRequired: true },
    ];
    const form = cardSchema.parse(askCard({ entitlements }));
    expect(form.body.flatMap((block) => ('id' in block ? [block.id] : []))).toEqual([
      ...['entitlement', 'justification', 'duration', 'ticket'],
    ]);
    expect(form.body).toContainEqual(expect.objectContaining({ value: '900' }));
    expect(verbsOf({ cards: [form] })).toEqual(['ask']);
    expect(cardSchema.parse(sentCard()).actions).toStrictEqual([]);
  });
});

describe('attack: a justification', () => {
  test.each([
    ['made to look like a link', '[Approve](https://evil.example/approve)'],
    ['made to look like an address', 'https://evil.example/approve'],
    ['made to look bold', '**Approved** _by_ ~~nobody~~ `code`'],
    ['made to look like a heading or a list', '# Approved\n- by Lea\n1. now'],
    ['that mentions', '<at>Lea</at> @everyone'],
    ['made to look like markup', '<b>bold</b><img src=x onerror=alert(1)>&lt;b&gt;'],
    ['made to look like a date of today', '{{DATE(2026-11-22T12:00:00Z,SHORT)}} {{TIME(2026-11-22T12:00:00Z)}}'],
    ['made to look like a template', '${$root.actions} {{{x}}}'],
  ])('%s is shown as it is written', (_how, text) => {
    expect(whyOf(text)).toBe(text);
  });

  test('never stands in one run with two braces, which would be read as a date', () => {
    const runs = JSON.stringify(shown(withWhy('{{DATE(2026-11-22T12:00:00Z)}} {{{{')));
    expect(runs).not.toContain('{{');
  });

  test.each([
    ['that turns the words around', '\u202eevil', '⟨U+202E⟩evil'],
    ['that hides words', 'a\u200bb\u2066c', 'a⟨U+200B⟩b⟨U+2066⟩c'],
    ['of half a character', '\ud800x', '\ufffdx'],
    ['of nothing', ' ', '–'],
  ])('%s is shown so that it can be seen', (_how, text, expected) => {
    expect(whyOf(text)).toBe(expected);
  });

  test('of many lines stays beside its label', () => {
    const { body } = shown(withWhy('x\nWho\nSomebody else'));
    expect(body.filter(({ type }) => type === 'ColumnSet')).toHaveLength(1);
  });
});
