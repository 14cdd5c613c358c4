import { earliest, plusSeconds } from '../../domain/time.ts';
import type { Session } from '../ports.ts';
import { hashSecret } from '../sessions.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { GrantParts } from './grant-parts.ts';

/** The browser goes straight on to the command line, which redeems it at once. */
export const CODE_SECONDS = 60;

/** A working day, as in the browser. */
const FAMILY_SECONDS = 8 * 3600;

const SECRET_BYTES = 32;

/**
 * A code for what the person in this browser consented to. Its family is put with it, so that revoking it works from now on; it never
 * outlives the browser's session, on whose sign-in it stands.
 * @throws HatcheckError `ledger_unavailable`
 */
export const issueCode = async (
  { codes, families, clock, chance }: Pick<GrantParts, 'codes' | 'families' | 'clock' | 'chance'>,
  { redirectUri, codeChallenge }: AuthorizationRequest,
  { principal, expiresAt: sessionEndsAt }: Pick<Session, 'principal' | 'expiresAt'>,
): Promise<string> => {
  const code = chance.token(SECRET_BYTES);
  const family = chance.token(SECRET_BYTES);
  const now = clock.now();
  const expiresAt = plusSeconds(now, CODE_SECONDS);
  await families.put({ id: family, principal, createdAt: now, expiresAt });
  await codes.put({
    ...{ codeHash: hashSecret(code), redirectUri, codeChallenge, handle: principal.handle, family, expiresAt },
    familyEndsAt: earliest(plusSeconds(now, FAMILY_SECONDS), sessionEndsAt),
  });
  return code;
};
