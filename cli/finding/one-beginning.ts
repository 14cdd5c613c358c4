import { Failure } from '../failure.ts';
import { visibleLine } from '../shown/visible.ts';

/** The one of these whose id begins so. @throws Failure 1 where none does, 2 naming them where several do */
export const oneBeginning = <T extends { readonly id: string }>(items: readonly T[], beginning: string): T => {
  const whole = items.filter(({ id }) => id === beginning);
  const [only, ...others] = whole.length > 0 ? whole : items.filter(({ id }) => id.startsWith(beginning));
  if (!only)
    throw new Failure(1, `there is none whose id begins with ${visibleLine(beginning)}`, { code: 'not_found' });
  if (others.length > 0)
    throw new Failure(2, `${beginning}… may be ${[only, ...others.slice(0, 4)].map(({ id }) => id).join(', ')}`, {
      next: 'say more of it',
    });
  return only;
};
