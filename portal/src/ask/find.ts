import type { EntitlementView } from '../api/calls.ts';
import { roleName } from '../parts/role-name.ts';

/** The better, the lower: where a word of a title begins, where one of the rest does, anywhere; undefined for nowhere. */
const rankOf = (word: string, title: string, rest: string): number | undefined => {
  if (title.startsWith(word)) return 0;
  if (beginsAWord(word, title)) return 1;
  if (beginsAWord(word, rest)) return 2;
  return title.includes(word) || rest.includes(word) ? 3 : undefined;
};

const beginsAWord = (word: string, text: string): boolean => {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) return true;
  return false;
};

/** Those in which each word occurs, whatever its case: in title, id, account, role. The best first; of equals, as they came. */
export const find = (entitlements: readonly EntitlementView[], text: string): readonly EntitlementView[] => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entitlements;
  const ranked = entitlements.flatMap((entitlement) => {
    const { id, title, accountName, accountId, roleArn } = entitlement;
    const rest = `${id} ${accountName} ${accountId} ${roleName(roleArn)}`.toLowerCase();
    const ranks = words.map((word) => rankOf(word, title.toLowerCase(), rest));
    if (ranks.includes(undefined)) return [];
    return [{ entitlement, rank: ranks.reduce<number>((sum, rank) => sum + (rank ?? 0), 0) }];
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ entitlement }) => entitlement);
};
