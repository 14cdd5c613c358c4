import { plusSeconds } from '../../domain/time.ts';
import type { Session } from '../ports.ts';
import { hashSecret, newSecret } from '../sessions.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { familyEnd, openFamily } from './family.ts';
import type { GrantParts } from './grant-parts.ts';
import { type Holder, passUpstream } from './upstream.ts';

/** The browser goes straight on to the command line, which redeems it at once. */
const CODE_SECONDS = 60;

/**
 * A code for what the person in this browser consented to. With it goes what the provider is asked with for their groups, if the browser's
 * session still has it.
 * @throws HatcheckError `ledger_unavailable`
 */
export const issueCode = async (
  parts: Pick<GrantParts, 'codes' | 'families' | 'upstream' | 'clock' | 'chance'>,
  { redirectUri, codeChallenge }: AuthorizationRequest,
  session: Pick<Session, 'principal' | 'providerSession' | 'createdAt' | 'expiresAt'>,
  browser: Holder,
): Promise<string> => {
  const { codes, clock, chance } = parts;
  const { handle } = session.principal;
  const code = newSecret(chance);
  const expiresAt = plusSeconds(clock.now(), CODE_SECONDS);
  const family = await openFamily(parts, session, expiresAt);
  const asks = await passUpstream(parts, browser, { handle, secret: code }, expiresAt);
  await codes.put({
    ...{ codeHash: hashSecret(code), redirectUri, codeChallenge, handle, family, expiresAt },
    familyEndsAt: familyEnd(session, asks),
  });
  return code;
};
