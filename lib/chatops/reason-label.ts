import type { Card } from './port.ts';

/** What the field for people's own words is called; undefined where no button wants any. */
export const reasonLabel = ({ actions }: Pick<Card, 'actions'>): string | undefined => {
  const has = (type: 'deny' | 'revoke'): boolean => actions.some((action) => action.type === type);
  if (has('deny') && has('revoke')) return 'Why (needed to deny or to revoke)';
  if (has('deny')) return 'Why not (needed to deny)';
  return has('revoke') ? 'Why (needed to revoke)' : undefined;
};
