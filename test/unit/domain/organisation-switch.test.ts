import { expect, test } from '@jest/globals';
import { type Switched, organisationSwitch } from '../../../lib/domain/organisation-switch.ts';

test.each<[Switched, string, object]>([
  ['everything', 'HatcheckEverything', { StringLike: { 'aws:SourceIdentity': 'p_*' } }],
  [{ person: 'p_A' }, 'HatcheckPerson', { StringEquals: { 'aws:SourceIdentity': 'p_A' } }],
  [{ request: 'r_A' }, 'HatcheckRequest', { StringEquals: { 'aws:PrincipalTag/hatcheck-request': 'r_A' } }],
])('%j denies everything to exactly these sessions', (switched, Sid, Condition) => {
  expect(organisationSwitch(switched)).toEqual({
    Version: '2012-10-17',
    Statement: [{ Sid, Effect: 'Deny', Action: '*', Resource: '*', Condition }],
  });
});
