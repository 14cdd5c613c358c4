import type { ParkedSignIns, SamlAttempts } from '../identity/ports.ts';
import { takeIdentityItem } from './attempts.ts';
import { type IdentityKey, type IdentityTable, bodyOf, identityItem, putIdentityItem } from './identity-item.ts';
import { parseParkedSignIn, parseSamlAttempt } from './sign-in-schema.ts';
import { orUnavailable } from './unavailable.ts';

/** Of the same kind as OpenID attempts, and of another sort: one is never taken for the other. */
const attemptKey = (requestHash: string): IdentityKey => ({ kind: 'attempt', of: requestHash, sort: 'saml' });

const parkedKey = (ticketHash: string): IdentityKey => ({ kind: 'parked', of: ticketHash, sort: 'parked' });

/** Sign-ins by SAML under way, in the identity table. */
export const dynamoSamlAttempts = (at: IdentityTable): SamlAttempts => ({
  put: async (attempt) => {
    const item = identityItem(attemptKey(attempt.requestHash), attempt, attempt.expiresAt);
    await orUnavailable('a sign-in cannot be stored', putIdentityItem(at, item));
  },
  take: async (requestHash) => {
    const attempt = parseSamlAttempt(bodyOf(await takeIdentityItem(at, attemptKey(requestHash)), at.clock));
    return attempt?.requestHash === requestHash ? attempt : undefined;
  },
});

/** Verified assertions that wait for their browser, in the identity table. */
export const dynamoParkedSignIns = (at: IdentityTable): ParkedSignIns => ({
  put: async (parked) => {
    const item = identityItem(parkedKey(parked.ticketHash), parked, parked.expiresAt);
    await orUnavailable('a sign-in cannot be stored', putIdentityItem(at, item));
  },
  take: async (ticketHash) => {
    const parked = parseParkedSignIn(bodyOf(await takeIdentityItem(at, parkedKey(ticketHash)), at.clock));
    return parked?.ticketHash === ticketHash ? parked : undefined;
  },
});
