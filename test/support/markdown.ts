/** A Markdown page without what is code: a `#` or a link in there is none. */
const prose = (page: string): string =>
  page.replaceAll(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^ *\2[^\n]*$/gm, '').replaceAll(/`[^`\n]*`/g, 'code');

/** Where the page's links and pictures lead, `https:` and `mailto:` among them; of every form that GitHub knows. */
export const linksIn = (page: string): readonly string[] => {
  const text = prose(page);
  const forms = [
    /\]\(\s*<([^>\n]*)>/g,
    /\]\(\s*([^)\s<][^)\s]*)/g,
    /^ {0,3}\[[^\]\n]+\]:\s*<?([^\s>]+)>?/gm,
    /<(?:a|img)\b[^>]*\b(?:href|src)="([^"]*)"/g,
  ];
  return forms.flatMap((form) => [...text.matchAll(form)].map(([, target = '']) => target));
};

/** The anchors of the page's headings, as GitHub makes them: lower case, punctuation gone, spaces to hyphens, the second of a name with `-1`. */
export const anchorsIn = (page: string): readonly string[] => {
  const seen = new Map<string, number>();
  const outside = page.replaceAll(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^ *\2[^\n]*$/gm, '');
  return [...outside.matchAll(/^#{1,6} +(.+?)(?: +#+)? *$/gm)].map(([, title = '']) => {
    const anchor = title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
};
