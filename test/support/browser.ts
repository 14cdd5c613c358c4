import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { ApiHandler } from '../../lib/http/api.ts';
import { httpEvent } from './events.ts';
import type { OidcServer } from './oidc-server.ts';

/** A header of an answer, whatever its case; empty when it is not there. */
export const headerOf = (answer: APIGatewayProxyStructuredResultV2, name: string): string =>
  String(Object.entries(answer.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1] ?? '');

/** `name=value` of the cookies that an answer sets. */
export const cookiesOf = ({ cookies = [] }: APIGatewayProxyStructuredResultV2): string[] =>
  cookies.map((cookie) => cookie.split(';')[0] ?? '').filter((pair) => !pair.endsWith('='));

/** The code of a problem document; empty when the answer is none. */
export const codeIn = ({ body = '' }: APIGatewayProxyStructuredResultV2): string =>
  /"code":"(\w+)"/.exec(body)?.[1] ?? '';

/** What a browser does from `/login` to our answer to its callback; where the first answer is no redirect, that one. */
export const signInByBrowser = async (
  signin: ApiHandler,
  server: Pick<OidcServer, 'signIn'>,
): Promise<{
  readonly begun: APIGatewayProxyStructuredResultV2;
  readonly answer: APIGatewayProxyStructuredResultV2;
}> => {
  const begun = await signin(httpEvent({ path: '/login' }));
  if (begun.statusCode !== 303) return { begun, answer: begun };
  const query = new URLSearchParams(server.signIn(headerOf(begun, 'location'))).toString();
  return { begun, answer: await signin(httpEvent({ path: `/oidc/callback?${query}`, cookies: cookiesOf(begun) })) };
};
