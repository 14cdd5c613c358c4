import type { LocalState } from '../state.ts';
import { type LocalTeams, startLocalTeams } from './teams.ts';
import type { TeamsMember } from './teams-world.ts';

/** As local/access.yml has it. */
const APP = { appId: '6f1d2c3b-0000-4000-8000-00000000b07a', tenantId: '6f1d2c3b-0000-4000-8000-00000000aaaa' };
const ELSEWHERE = '6f1d2c3b-0000-4000-8000-00000000bbbb';

const CHANNELS = [
  { id: '19:approvals@thread.tacv2', name: 'approvals' },
  { id: '19:security@thread.tacv2', name: 'security' },
];

/** Those whom the identity providers know, somebody's guest, and somebody of another tenant that a channel is shared with. */
const NAMES = ['engineer', 'approver', 'security', 'auditor', 'outsider', 'guest', 'stranger'] as const;

/** Their object in Entra. */
export const teamsPerson = (name: (typeof NAMES)[number]): string =>
  `6f1d2c3b-0000-4000-8000-00000000c${String(NAMES.indexOf(name)).padStart(3, '0')}`;

const member = (name: (typeof NAMES)[number]): TeamsMember => ({
  ...{ id: teamsPerson(name), name, tenantId: name === 'stranger' ? ELSEWHERE : APP.tenantId },
  ...(name === 'guest' ? { guest: true } : {}),
});

/** The tenant of the laptop. @param brokerOrigin where Teams sends what is said and pressed */
export const startTenant = (port: number, brokerOrigin: string, state: LocalState): Promise<LocalTeams> =>
  startLocalTeams({
    ...{ port, ...APP, appPassword: state.teamsAppPassword, requestOrigin: () => brokerOrigin },
    ...{ channels: CHANNELS, members: NAMES.map(member) },
  });
