import { expect, test } from '@jest/globals';
import { forPeople, providerOfPerson } from '../../../lib/identity/people-providers.ts';
import { provider } from '../../attack/id-token/verifying.ts';
import { jobsOf } from './memory.ts';

const other = { ...provider, id: 'other', issuer: 'https://other.example.com' };
const jobs = jobsOf(provider);

test('people are spoken for by the provider of their issuer, and never by what is configured for jobs', () => {
  expect(forPeople([jobs, provider, other])).toEqual([provider, other]);
  expect(providerOfPerson([jobs, other, provider], provider.issuer)).toBe(provider);
  expect(providerOfPerson([jobs, other], provider.issuer)).toBeUndefined();
  expect(providerOfPerson([provider], `${provider.issuer}/`)).toBeUndefined();
});
