import { expect, test } from '@jest/globals';
import { forPeople, providerOfPerson } from '../../../lib/identity/people-providers.ts';
import type { AwsProvider } from '../../../lib/identity/ports.ts';
import { provider } from '../../attack/id-token/verifying.ts';
import { jobsOf } from './memory.ts';

const other = { ...provider, id: 'other', issuer: 'https://other.example.com' };
const jobs = jobsOf(provider);
const roles: AwsProvider = {
  ...{ id: 'fleet', type: 'aws-workload', issuer: provider.issuer, audience: 'hatcheck.example.com' },
  ...{ regions: ['eu-west-1'], roles: [], groups: [] },
};

test('people are spoken for by the provider of their issuer, and never by what is configured for jobs or roles', () => {
  expect(forPeople([jobs, roles, provider, other])).toEqual([provider, other]);
  expect(providerOfPerson([jobs, other, provider], provider.issuer)).toBe(provider);
  expect(providerOfPerson([jobs, roles, other], provider.issuer)).toBeUndefined();
  expect(providerOfPerson([provider], `${provider.issuer}/`)).toBeUndefined();
});
