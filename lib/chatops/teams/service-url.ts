/** Teams, "Proactive messages": where the connector of the commercial cloud answers. Our token for it goes there and nowhere else. */
const HOST = 'https://smba.trafficmanager.net';

/** Its regions and tenants: `/emea/`, `/amer/<tenant>/`, `/teams/`. */
const PATH = /^(?:\/[A-Za-z0-9-]{1,64}){1,4}\/?$/;

/**
 * Where an activity says to answer, without a slash at its end; undefined where it is not the connector's, exactly its host over https.
 * @param standIn the origin of what stands in for Microsoft on a laptop; then that and no other
 */
export const serviceAddress = (text: string, standIn?: string): string | undefined => {
  const url = URL.parse(text);
  if (!url || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  if (url.origin !== new URL(standIn ?? HOST).origin || !PATH.test(url.pathname)) return undefined;
  return url.href.replace(/\/$/, '');
};

/** Where conversations are begun that nobody spoke in yet. */
export const connectorOf = (standIn?: string): string => `${standIn ?? HOST}/teams`;
