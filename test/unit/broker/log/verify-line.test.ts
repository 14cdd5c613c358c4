import { describe, expect, test } from '@jest/globals';
import { canonicalOf, seal } from '../../../../lib/broker/chain.ts';
import { eventText, soundLine, toldEvent, toldLine } from '../../../../lib/broker/log/verify-line.ts';
import { exportLine } from '../../../support/audit-log.ts';
import { submitted } from '../../../support/builders.ts';

const event = seal(undefined, 'request#r_A', submitted());
const canonical = canonicalOf(event);
const { stream, seq, hash } = event;
const line = exportLine(7, event);
const without = JSON.stringify({ index: 7, stream, seq, hash });

describe('a line as an export writes it', () => {
  test('is sound, with its text or without', () => {
    expect(soundLine(line)).toEqual({ index: 7, stream, seq, hash, canonical });
    expect(soundLine(without)).toEqual({ index: 7, stream, seq, hash });
  });

  test.each<readonly [string, string]>([
    ['is no JSON', 'line'],
    ['is empty', ''],
    ['is null', 'null'],
    ['has no place', JSON.stringify({ index: 7, hash, canonical })],
    ['has a place that is no number', line.replace('"seq":0', '"seq":"0"')],
    ['has a blank', ` ${line}`],
    ['has a member more', line.replace('"index":7', '"index":7,"more":1')],
    ['has a member twice', line.replace('"index":7', '"index":6,"index":7')],
    ['has its members in another order', JSON.stringify({ stream, index: 7, seq, hash, canonical })],
    ['has the hash of another text', line.replace(hash, 'A'.repeat(43))],
    ['has another text', line.replace('submitted', 'Submitted')],
  ])('is not sound where it %s', (_what, text) => {
    expect(soundLine(text)).toBeUndefined();
  });
});

describe('what a text says of its place', () => {
  test('is read of canonical JSON', () => {
    expect(eventText(canonical)).toEqual({ stream, seq, at: event.at, prevHash: '' });
  });

  test.each<readonly [string, string]>([
    ['no JSON', 'event'],
    ['JSON with a blank', `${canonical} `],
    ['JSON in another order', JSON.stringify({ stream, seq, at: event.at, prevHash: '' })],
    ['with a number below nothing', '{"at":"2026-03-02T12:00:00.000Z","prevHash":"","seq":-1,"stream":"control"}'],
    ['at no time', '{"at":"noon","prevHash":"","seq":0,"stream":"control"}'],
    ['with half a character', '{"at":"2026-03-02T12:00:00.000Z","prevHash":"\\ud800","seq":0,"stream":"control"}'],
  ])('is nothing where it is %s', (_what, text) => {
    expect(eventText(text)).toBeUndefined();
  });
});

describe('what a line says that is not sound', () => {
  test('is told of its text, where that says anything', () => {
    const moved = JSON.stringify({ index: 1, stream: 'elsewhere', seq: 9, hash: 'none', canonical });
    expect(toldLine(moved)).toEqual({ index: 1, stream, seq, hash, canonical, prevHash: '' });
    expect(toldLine(JSON.stringify({ index: 1, stream: 'there', canonical: '{"seq":true}' }))).toMatchObject({
      ...{ index: 1, stream: 'there' },
    });
  });

  test('is told of itself where the text is gone, as far as it says anything', () => {
    expect(toldLine(without)).toEqual({ index: 7, stream, seq, hash });
    expect(toldLine('{"index":"one","stream":7,"seq":0.5,"hash":null}')).toEqual({});
  });

  test.each(['', 'line', 'null', '[]', '7'])('is nothing where it is %j', (text) => {
    expect([toldLine(text), toldEvent(text)]).toEqual([{}, {}]);
  });
});
