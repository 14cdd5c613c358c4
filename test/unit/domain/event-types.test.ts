import { expect, test } from '@jest/globals';
import { EVENT_TYPES, isEventType } from '../../../lib/domain/event-types.ts';
import { eachEvent } from '../../support/each-event.ts';

test('the types of events are those of which there is an event, each once', () => {
  const types = eachEvent().map(({ type }) => type);
  expect(EVENT_TYPES.toSorted()).toEqual(types.toSorted());
  expect(types.filter((type) => !isEventType(type))).toStrictEqual([]);
});

test.each([
  ...['', 'request', 'request.transferred', 'Request.submitted', 'toString', '__proto__', 'constructor'],
  ...[undefined, null, 7, {}],
])('%j is no type of events', (value: unknown) => {
  expect(isEventType(value)).toBe(false);
});

test('a list that reads like a type is none', () => {
  expect(isEventType(['request.submitted'])).toBe(false);
});
