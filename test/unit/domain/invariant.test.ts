import { expect, test } from '@jest/globals';
import { seal } from '../../../lib/broker/chain.ts';
import { certain, eventOf } from '../../../lib/domain/invariant.ts';
import { submitted } from '../../support/builders.ts';

const event = seal(undefined, 'request#r_1', submitted());

test('what is certain is handed on, also where it is false or empty', () => {
  expect([certain(0, 'a number'), certain('', 'a text'), certain(false, 'a fact')]).toEqual([0, '', false]);
});

test('what is not there after all is a mistake of ours', () => {
  const uncertain = (): unknown => certain<string>(undefined, 'a claim');
  expect(uncertain).toThrow(TypeError);
});

test('an event of the type is handed on', () => {
  expect(eventOf('request.submitted', event)).toBe(event);
});

test('an event of another type, or none, is a mistake of ours', () => {
  for (const wrong of [() => eventOf('request.approved', event), () => eventOf('request.submitted', undefined)])
    expect(wrong).toThrow(TypeError);
});
