import type { Group } from './principal.ts';

/**
 * What a group begins with that is not an identity provider's claim: behind it stands a rota or a schedule of access.yml. No identity
 * provider may be called that.
 */
export const ON_CALL = 'oncall';

/** The group of those who are on call by that name. */
export const onCallGroup = (name: string): Group => `${ON_CALL}:${name}`;

/** By which name they are on call; undefined of any other group. */
export const onCallName = (group: Group): string | undefined =>
  group.startsWith(`${ON_CALL}:`) ? group.slice(ON_CALL.length + 1) : undefined;
