import { isBefore, plusSeconds } from '../../domain/time.ts';
import { hashSecret, isSecret } from '../sessions.ts';
import { ExchangeRefused } from '../token-exchange.ts';
import { useOnce } from '../use-once.ts';
import { INTERVAL_SECONDS } from './begin-device.ts';
import type { DeviceAuthorization } from './ports.ts';
import { invalidGrant, redeemFamily, refuseReuse } from './family.ts';
import type { DeviceParts, TokenAnswer } from './grant-parts.ts';
import { type GrantForm, checkClient } from './grants.ts';

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628, 3.5: from now on. */
const SLOWER_SECONDS = 5;

/**
 * What the person said to a machine that waits (RFC 8628, 3.4). Of calls that come sooner than it was told none learns anything, so that of
 * many at once one goes on. Redeemed twice, what it gave is revoked, as with an authorization code.
 * @throws ExchangeRefused `authorization_pending`, `slow_down`, `access_denied`, `expired_token` and those of RFC 6749, 5.2; HatcheckError
 *   `ledger_unavailable`
 */
export const redeemDeviceCode = async (parts: DeviceParts, form: GrantForm): Promise<TokenAnswer> => {
  checkClient(form);
  if (form.device_code === undefined) throw new ExchangeRefused('invalid_request', 'device_code is required');
  const waiting = isSecret(form.device_code) && (await parts.devices.get(hashSecret(form.device_code)));
  if (!waiting) throw invalidGrant();
  if (!isBefore(parts.clock.now(), waiting.expiresAt))
    throw new ExchangeRefused('expired_token', 'nobody said yes in time');
  if (!(await isInTime(parts, waiting))) throw new ExchangeRefused('slow_down', 'wait longer between two calls');

  const decision = await parts.devices.decision(waiting.deviceHash);
  if (!decision) throw new ExchangeRefused('authorization_pending', 'nobody has decided yet');
  if (decision.outcome === 'denied') throw new ExchangeRefused('access_denied', 'the person said no');
  const isFirst = await useOnce(parts.replayGuard, `device#${waiting.deviceHash}`, waiting.expiresAt);
  if (!isFirst) return refuseReuse(parts, decision.handle, decision.family);
  return redeemFamily(parts, decision, 'device_code');
};

const isInTime = async (
  { devices, clock }: DeviceParts,
  { deviceHash, expiresAt }: DeviceAuthorization,
): Promise<boolean> => {
  const was = await devices.pace(deviceHash);
  const at = clock.now();
  const interval = was?.intervalSeconds ?? INTERVAL_SECONDS;
  const isEarly = was !== undefined && isBefore(at, plusSeconds(was.at, interval));
  const intervalSeconds = isEarly ? interval + SLOWER_SECONDS : interval;
  return (await devices.setPace({ deviceHash, at, intervalSeconds }, was, expiresAt)) && !isEarly;
};
