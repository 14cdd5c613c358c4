import type { Broker, Patience } from '../lib/broker/broker.ts';
import { type IdentityView, linkIdentities, listIdentities, unlinkIdentity } from '../lib/broker/link-identities.ts';
import type { People } from '../lib/broker/ports.ts';
import type { Handle, Principal } from '../lib/domain/principal.ts';
import { plusSeconds, secondsBetween } from '../lib/domain/time.ts';
import type { Identities } from '../lib/identity/ports.ts';

/** How long a browser on its way back from a provider may wait for the ledger. */
const PATIENCE_SECONDS = 10;

/** Who is one person with whom, in the ledger; beside what the sign-in needs, what its owner sees and removes. */
export interface KeptIdentities extends Identities {
  readonly list: (principal: Principal) => Promise<readonly IdentityView[]>;
  readonly unlink: (principal: Principal, removed: Handle, patience: Patience) => Promise<void>;
}

export const keptIdentities = (
  parts: Pick<Broker, 'ledger' | 'clock' | 'chance' | 'policy'> & { readonly people: People },
): KeptIdentities => ({
  link: (principal, other) => {
    const endsAt = plusSeconds(parts.clock.now(), PATIENCE_SECONDS);
    const remainingMs = (): number => secondsBetween(parts.clock.now(), endsAt) * 1000;
    return linkIdentities(parts, { principal, other, patience: { remainingMs } });
  },
  list: (principal) => listIdentities(parts, principal),
  unlink: (principal, removed, patience) => unlinkIdentity(parts, { principal, removed, patience }),
});
