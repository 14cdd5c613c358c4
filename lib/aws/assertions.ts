import { type Assertions, RoleSessionError } from '../broker/ports.ts';
import { faultOf } from './role-session-limits.ts';
import { type ResponseIssuer, signedResponse } from './signed-response.ts';
import { signingError } from './sts-failure.ts';
import { type TokenIssuer, webIdentityToken } from './web-identity-token.ts';

export interface AssertionsOptions {
  /** Absent: there are no role sessions by `webIdentity`. */
  readonly tokens?: TokenIssuer;
  /** Absent: there are none by `saml`. */
  readonly responses?: ResponseIssuer;
}

/** What we sign for STS, with keys of KMS. Every error is a RoleSessionError, its message a code; nothing was opened then. */
export const kmsAssertions = ({ tokens, responses }: AssertionsOptions): Assertions => ({
  sign: async (order) => {
    // Nothing is signed that STS would refuse.
    const fault = faultOf(order, JSON.stringify(order.policy));
    if (fault !== undefined) throw new RoleSessionError('failed', fault);
    try {
      if (order.via === 'webIdentity' && tokens) return await webIdentityToken(tokens, order);
      if (order.via === 'saml' && responses) return await signedResponse(responses, order);
    } catch (error) {
      throw signingError(error);
    }
    throw new RoleSessionError('failed', 'NoSigningKey');
  },
});
