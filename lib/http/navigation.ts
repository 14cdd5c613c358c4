/**
 * Whether a page of somebody else led a browser here, as far as the browser says (Fetch Metadata, `Sec-Fetch-Site`): another site's, or
 * another host's of ours. Typed addresses, bookmarks, links outside browsers and programs are not that; of a chain of redirects it is how it began.
 */
export const isFromElsewhere = (headers: Readonly<Record<string, string | undefined>>): boolean =>
  headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
