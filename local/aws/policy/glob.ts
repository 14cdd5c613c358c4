/** What the keys of a request hold while it is being decided. Keys are lower case: AWS compares them without case. */
export type Context = ReadonlyMap<string, readonly string[]>;

type Token = { readonly literal: string } | { readonly wildcard: '*' | '?' } | { readonly variable: string };

/** Policy text with its wildcards and `${…}` variables told apart from literal characters. */
export type Template = readonly Token[];

type Element = { readonly character: string } | '*' | '?';

/**
 * Reads policy text into a template: `*` and `?` are wildcards, `${key}` a variable, `${*}`, `${?}` and `${$}` literal.
 * Throws a SyntaxError on anything else that looks like a variable (defaults as in `${key, 'x'}` are not supported).
 */
export function parseTemplate(text: string): Template {
  const tokens: Token[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '*' || character === '?') {
      tokens.push({ wildcard: character });
    } else if (character === '$' && text[i + 1] === '{') {
      const end = text.indexOf('}', i);
      tokens.push(parseVariable(text.slice(i + 2, end === -1 ? undefined : end), end !== -1));
      i = end;
    } else {
      tokens.push({ literal: character });
    }
  }
  return tokens;
}

function parseVariable(name: string, closed: boolean): Token {
  if (closed && (name === '*' || name === '?' || name === '$')) return { literal: name };
  if (!closed || !/^[A-Za-z0-9-]+:[\w.:/=+@-]+$/.test(name))
    throw new SyntaxError(`malformed policy variable \${${name}}`);
  return { variable: name.toLowerCase() };
}

/** Splits a template at its literal colons, into at most `parts` pieces; colons inside variables do not count. */
export function splitAtColons(template: Template, parts: number): Template[] {
  const pieces: Token[][] = [[]];
  for (const token of template) {
    if ('literal' in token && token.literal === ':' && pieces.length < parts) pieces.push([]);
    else pieces.at(-1)?.push(token);
  }
  return pieces;
}

/** The text of a template that has neither wildcards nor variables, else undefined. */
export function literalText(template: Template): string | undefined {
  return template.every((token) => 'literal' in token) ? template.map((token) => token.literal).join('') : undefined;
}

/**
 * Compiles a template into a test. What a variable holds is compared literally, wildcards in it mean nothing; a variable
 * that the request does not have, or has several values of, matches nothing.
 */
export function compileTemplate(template: Template): (text: string, context: Context) => boolean {
  const literal = literalText(template);
  if (literal !== undefined) return (text) => text === literal;
  if (template.every((token) => 'wildcard' in token && token.wildcard === '*')) return () => true;
  if (template.some((token) => 'variable' in token)) {
    return (text, context) => {
      const elements = resolve(template, context);
      return elements !== undefined && matches(elements, text);
    };
  }
  const elements = resolve(template, new Map()) ?? [];
  return (text) => matches(elements, text);
}

function resolve(template: Template, context: Context): Element[] | undefined {
  const elements: Element[] = [];
  for (const token of template) {
    if ('wildcard' in token) elements.push(token.wildcard);
    else if ('literal' in token) elements.push({ character: token.literal });
    else {
      const [value, ...more] = context.get(token.variable) ?? [];
      if (value === undefined || more.length > 0) return undefined;
      for (const character of value.split('')) elements.push({ character });
    }
  }
  return elements;
}

/** Greedy matching that backs up to the last `*` only: no pattern makes it take more than |pattern| x |text| steps. */
function matches(pattern: readonly Element[], text: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let t = 0; t < text.length;) {
    const element = pattern[p];
    if (element === '*') {
      star = p++;
      resume = t;
    } else if (element === '?' || (element !== undefined && element.character === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
