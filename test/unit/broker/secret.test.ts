import { format, inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { secret } from '../../../lib/broker/secret.ts';

const VALUE = 'wJalrXUtnFEMI';

describe('a secret', () => {
  test('shows itself when asked by name', () => {
    expect(secret(VALUE).reveal()).toBe(VALUE);
  });

  test.each<[string, (value: unknown) => string]>([
    ['a string', String],
    ['JSON', JSON.stringify],
    ['the JSON of what holds it', (value) => JSON.stringify({ nested: [value] })],
    ['the console', (value) => format('%s %o %j', value, value, value)],
    ['the debugger, with everything hidden shown', (value) => inspect(value, { showHidden: true, depth: 9 })],
    ['the debugger, without custom printing', (value) => inspect(value, { customInspect: false, showHidden: true })],
    ['its own members', (value) => JSON.stringify(Object.entries(value ?? {}))],
    ['an error that names it', (value) => new Error(`what: ${String(value)}`).message],
  ])('does not show itself in %s', (_name, print) => {
    expect(print(secret(VALUE))).not.toContain(VALUE);
  });

  test('prints as redacted', () => {
    expect(JSON.stringify({ key: secret(VALUE) })).toBe('{"key":"[redacted]"}');
  });

  test('cannot be changed to show something else', () => {
    expect(Object.isFrozen(secret(VALUE))).toBe(true);
  });
});
