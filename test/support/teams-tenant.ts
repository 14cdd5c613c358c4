import { randomBytes } from 'node:crypto';
import type { TeamsCard, TeamsMember, TeamsMessage } from '../../local/chat/teams-world.ts';
import { type LocalTeams, startLocalTeams } from '../../local/chat/teams.ts';

export const TENANT = {
  appId: '6f1d2c3b-0000-4000-8000-00000000b07a',
  tenantId: '6f1d2c3b-0000-4000-8000-0000000000aa',
};
export const APPROVALS = '19:approvals@thread.tacv2';

/** Their object in Entra. */
export const personIn = (name: string): string =>
  `6f1d2c3b-0000-4000-8000-${Buffer.from(name.slice(0, 6)).toString('hex').padStart(12, '0')}`;

export interface TestTenant extends LocalTeams {
  readonly password: string;
}

const member = (name: string, tenantId = TENANT.tenantId): TeamsMember => ({ id: personIn(name), name, tenantId });

/** A tenant with a channel for approvals and one of security. */
export const startTenant = async (
  requestOrigin: () => string = () => 'http://127.0.0.1:9',
  clock?: () => Date,
): Promise<TestTenant> => {
  const password = randomBytes(16).toString('hex');
  const teams = await startLocalTeams({
    ...{ port: 0, ...TENANT, appPassword: password, requestOrigin },
    channels: [
      { id: APPROVALS, name: 'approvals' },
      { id: '19:security@thread.tacv2', name: 'security' },
    ],
    members: [
      ...['engineer', 'approver', 'security'].map((name) => member(name)),
      { ...member('guest'), guest: true },
      member('stranger', TENANT.tenantId.replace('aa', 'bb')),
    ],
    ...(clock ? { clock } : {}),
  });
  return { ...teams, password };
};

const linesOf = (card: TeamsCard): readonly string[] =>
  card.body.flatMap((block) => {
    const plain = (rich: Extract<TeamsCard['body'][number], { type: 'RichTextBlock' }>): string =>
      rich.inlines.map(({ text }) => text).join('');
    if (block.type === 'RichTextBlock') return [plain(block)];
    return block.type === 'ColumnSet' ? block.columns.map(({ items }) => items.map(plain).join('\n')) : [];
  });

/** What a message shows, text by text. */
export const textsOf = ({ cards }: Pick<TeamsMessage, 'cards'>): readonly string[] => cards.flatMap(linesOf);

/** What its buttons do. */
export const verbsOf = ({ cards }: Pick<TeamsMessage, 'cards'>): readonly string[] =>
  cards.flatMap(({ actions }) => actions.map((one) => (one.type === 'Action.Execute' ? one.verb : one.url)));
