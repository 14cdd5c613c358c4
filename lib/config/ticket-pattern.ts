import { fault, lineOf } from './access-words.ts';

/** A regular expression that says what the whole of a ticket looks like: `^OPS-[0-9]+$`. */
export const ticketPattern = lineOf(200).transform((pattern, context) => {
  if (!compiles(pattern)) context.addIssue(fault('invalid_pattern', 'is not a regular expression'));
  else if (!isAnchored(pattern))
    context.addIssue(
      fault('not_anchored', 'must begin with ^ and end with $, with alternatives in parentheses: ^(…|…)$'),
    );
  return pattern;
});

const compiles = (pattern: string): boolean => {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
};

/** `^a|b$` is anchored nowhere near enough: it is `^a` or `b$`. */
const isAnchored = (pattern: string): boolean => {
  const bare = pattern.replaceAll(/\\./gsu, '_').replaceAll(/\[[^\]]*\]/gu, '_');
  let depth = 0;
  for (const letter of bare) {
    if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (letter === '|' && depth === 0) return false;
  }
  return bare.startsWith('^') && bare.endsWith('$');
};
