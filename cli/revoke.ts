import { type Answer, call } from './server.ts';
import type { SignIn } from './sign-in.ts';

/** Ends a sign-in at the server (RFC 7009), whatever of it is still good. @throws Failure 4 when there is no answer */
export const revoke = (server: string, { refreshToken, accessToken }: SignIn): Promise<Answer> =>
  call(server, '/oauth/revoke', {
    method: 'POST',
    body: new URLSearchParams({ token: refreshToken ?? accessToken, client_id: 'hatcheck-cli' }),
  });
