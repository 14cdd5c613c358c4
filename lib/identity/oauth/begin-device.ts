import { isIP } from 'node:net';
import { HatcheckError, refuse } from '../../domain/errors.ts';
import { plusSeconds } from '../../domain/time.ts';
import { hashSecret, newSecret } from '../sessions.ts';
import type { DeviceParts } from './grant-parts.ts';
import { type GrantForm, checkClient } from './grants.ts';
import { makeUserCode, shownUserCode } from './user-code.ts';

/** RFC 8628, 3.2. */
export interface DeviceAnswer {
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly expires_in: number;
  readonly interval: number;
}

const DEVICE_SECONDS = 600;

/** RFC 8628, 3.5. */
export const INTERVAL_SECONDS = 5;

/** Two living codes that are alike have odds of one in thousands of millions; this often in a row, something else is wrong. */
const TRIES = 3;

interface BeginParts extends Pick<DeviceParts, 'clock' | 'origin'> {
  readonly devices: Pick<DeviceParts['devices'], 'begin'>;
  readonly chance: Pick<DeviceParts['chance'], 'token'>;
}

/**
 * Begins the sign-in of a machine without a browser. There is no `verification_uri_complete`: a link that brings the code along is what
 * somebody would send who wants another person to sign their machine in (RFC 8628, 5.4).
 * @param from the address that asks
 * @throws ExchangeRefused; HatcheckError `ledger_unavailable`
 */
export const beginDevice = async (
  { devices, chance, clock, origin }: BeginParts,
  form: Pick<GrantForm, 'client_id' | 'scope'>,
  from: string,
): Promise<DeviceAnswer> => {
  checkClient(form);
  const deviceCode = newSecret(chance);
  const askedAt = clock.now();
  for (let tries = 0; tries < TRIES; tries += 1) {
    const userCode = makeUserCode(chance);
    const isBegun = await devices.begin({
      deviceHash: hashSecret(deviceCode),
      userCodeHash: hashSecret(userCode),
      askedAt,
      askedFrom: isIP(from) === 0 ? 'an unknown address' : from,
      expiresAt: plusSeconds(askedAt, DEVICE_SECONDS),
    });
    if (isBegun)
      return {
        device_code: deviceCode,
        user_code: shownUserCode(userCode),
        verification_uri: `${origin}/device`,
        expires_in: DEVICE_SECONDS,
        interval: INTERVAL_SECONDS,
      };
  }
  throw new HatcheckError(refuse('ledger_unavailable', 'no user code is free'));
};
