import { type Assertions, RoleSessionError } from '../broker/ports.ts';
import { faultOf } from './role-session-limits.ts';
import { signingError } from './sts-failure.ts';
import { type TokenIssuer, webIdentityToken } from './web-identity-token.ts';

export interface AssertionsOptions {
  /** Absent: there are no role sessions by `webIdentity`. */
  readonly tokens?: TokenIssuer;
}

/** What we sign for STS, with keys of KMS. Every error is a RoleSessionError, its message a code; nothing was opened then. */
export const kmsAssertions = ({ tokens }: AssertionsOptions): Assertions => ({
  sign: async (order) => {
    // Nothing is signed that STS would refuse.
    const fault = faultOf(order, JSON.stringify(order.policy));
    if (fault !== undefined) throw new RoleSessionError('failed', fault);
    if (order.via !== 'webIdentity' || !tokens) throw new RoleSessionError('failed', 'NoSigningKey');
    return webIdentityToken(tokens, order).catch((error: unknown) => {
      throw signingError(error);
    });
  },
});
