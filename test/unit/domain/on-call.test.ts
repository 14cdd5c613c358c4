import { expect, test } from '@jest/globals';
import { onCallGroup, onCallName } from '../../../lib/domain/on-call.ts';

test.each(['sre', 'pagerduty:P1'])(
  'who is on call by the name of %j is a group, and the group tells the name',
  (name) => {
    expect(onCallGroup(name)).toBe(`oncall:${name}`);
    expect(onCallName(`oncall:${name}`)).toBe(name);
  },
);

test.each(['okta:sre', 'oncall', 'oncalls:sre', 'okta:oncall:sre', 'ONCALL:sre'])(
  'attack: the group %j, as an identity provider may say it, is nobody on call',
  (group) => {
    expect(onCallName(group)).toBeUndefined();
  },
);
