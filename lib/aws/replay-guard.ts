import type { ReplayGuard } from '../identity/ports.ts';
import { type IdentityTable, identityItem, putIdentityItem, unlessThere } from './identity-item.ts';
import { wasWritten } from './unavailable.ts';

/** What may be used once, in the identity table. A put whose answer got lost counts as used: nobody gets in twice. */
export const dynamoReplayGuard = (at: IdentityTable): ReplayGuard => ({
  burn: (key, until) =>
    wasWritten(
      'what may be used once cannot be burnt',
      putIdentityItem(at, identityItem({ kind: 'replay', of: key, sort: 'replay' }, {}, until), unlessThere(at.clock)),
    ),
});
