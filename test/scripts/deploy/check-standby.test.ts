import { expect, test } from '@jest/globals';
import { checkStandby } from '../../../scripts/deploy/check-standby.ts';

const found = (region: string, settings: Parameters<typeof checkStandby>[0]['settings']) =>
  checkStandby({ stage: 'prod', region, settings }).map(({ weight, about }) => `${weight} ${about}`);

test('three regions of one set are taken', () => {
  expect(found('eu-central-1', { standby: { region: 'eu-west-1', witness: 'eu-west-3' } })).toStrictEqual([]);
});

test.each([
  ['two of them', 'eu-central-1', 'eu-west-1', 'eu-west-1'],
  ['one of another set', 'eu-central-1', 'eu-west-1', 'us-east-1'],
  ['one of no set', 'eu-central-1', 'eu-north-1', 'eu-west-1'],
  ['another partition', 'us-gov-west-1', 'us-gov-east-1', 'us-east-1'],
])('%s stop a deployment: the ledger could not be one', (_what, home, region, witness) => {
  expect(found(home, { standby: { region, witness } })).toEqual(['stops standby']);
});

test('a standby of another origin or pepper than the one whose it is stops it', () => {
  const standbyOf = { stage: 'prod', region: 'eu-central-1' };
  expect(found('eu-west-1', { standbyOf })).toEqual(['stops standbyOf', 'stops standbyOf']);
  const same = { origin: 'https://hatcheck.example.com', pepper: '/hatcheck/prod/pepper' };
  expect(found('eu-west-1', { standbyOf, ...same })).toStrictEqual([]);
});

test('a stage that says nothing of it has nothing to mend', () => {
  expect(found('us-gov-west-1', {})).toStrictEqual([]);
});
