import type {
  AuthorizationCodes,
  Chance,
  RefreshFamilies,
  RefreshTokens,
  ReplayGuard,
  Sessions,
  SignInLedger,
} from '../ports.ts';

import type { Devices, Limits } from './ports.ts';
import type { UpstreamParts } from './upstream.ts';

/** What the command line's sign-in works with. */
export interface GrantParts extends UpstreamParts {
  readonly codes: AuthorizationCodes;
  readonly families: RefreshFamilies;
  readonly refreshTokens: RefreshTokens;
  readonly sessions: Sessions;
  readonly ledger: SignInLedger;
  readonly replayGuard: ReplayGuard;
  readonly chance: Chance;
}

/** What the sign-in of a machine without a browser works with besides. */
export interface DeviceParts extends GrantParts {
  readonly devices: Devices;
  readonly limits: Limits;
  /** Our public origin; the person goes to its `/device`. */
  readonly origin: string;
}

/** RFC 6749, 5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly refresh_token: string;
}
