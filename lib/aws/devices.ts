import { plusSeconds } from '../domain/time.ts';
import type { DevicePace, Devices } from '../identity/oauth/ports.ts';
import {
  type IdentityKey,
  type IdentityTable,
  getIdentityItem,
  identityItem,
  putIdentityItem,
  unlessChanged,
  unlessThere,
} from './identity-item.ts';
import { parseDecision, parseDevice, parsePace, parseUserCode } from './device-schema.ts';
import { orUnavailable, wasWritten } from './unavailable.ts';

/** Beyond its end, so that a machine that waits hears that it is over, and a second use is told from a code that never was. */
const KEPT_SECONDS = 600;

/** One partition a machine: what it asked, what the person said, and how often it asks. */
const deviceKey = (deviceHash: string, sort: 'asked' | 'decision' | 'pace'): IdentityKey => ({
  ...{ kind: 'device', of: deviceHash, sort },
});
const userCodeKey = (userCodeHash: string): IdentityKey => ({ kind: 'usercode', of: userCodeHash, sort: 'usercode' });

/** Machines that wait to be signed in, in the identity table. */
export const dynamoDevices = (at: IdentityTable): Devices => {
  const read = <T extends { readonly deviceHash: string }>(
    deviceHash: string,
    sort: 'asked' | 'decision' | 'pace',
    parse: (body: unknown) => T | undefined,
  ): Promise<T | undefined> =>
    getIdentityItem(at, deviceKey(deviceHash, sort)).then((body) => {
      const parsed = parse(body);
      // The item must say what its key says.
      return parsed?.deviceHash === deviceHash ? parsed : undefined;
    });
  const get: Devices['get'] = (deviceHash) => read(deviceHash, 'asked', parseDevice);
  return {
    begin: async (authorization) => {
      const { deviceHash, userCodeHash, expiresAt } = authorization;
      const isFree = await wasWritten(
        'a user code cannot be stored',
        putIdentityItem(at, identityItem(userCodeKey(userCodeHash), { deviceHash }, expiresAt), unlessThere(at.clock)),
      );
      if (!isFree) return false;
      const item = identityItem(deviceKey(deviceHash, 'asked'), authorization, plusSeconds(expiresAt, KEPT_SECONDS));
      await orUnavailable('a device cannot be stored', putIdentityItem(at, item));
      return true;
    },
    get,
    find: async (userCodeHash) => {
      const named = parseUserCode(await getIdentityItem(at, userCodeKey(userCodeHash)));
      const device = named && (await get(named.deviceHash));
      return device?.userCodeHash === userCodeHash ? device : undefined;
    },
    decide: (decision, until) =>
      wasWritten(
        'a decision cannot be stored',
        putIdentityItem(
          at,
          identityItem(deviceKey(decision.deviceHash, 'decision'), decision, plusSeconds(until, KEPT_SECONDS)),
          unlessThere(at.clock),
        ),
      ),
    decision: (deviceHash) => read(deviceHash, 'decision', parseDecision),
    pace: (deviceHash) => read(deviceHash, 'pace', parsePace),
    setPace: (pace, was, until) =>
      wasWritten(
        'the pace of a device cannot be stored',
        putIdentityItem(
          at,
          identityItem(deviceKey(pace.deviceHash, 'pace'), inOrder(pace), until),
          unlessChanged(was && inOrder(was), at.clock),
        ),
      ),
  };
};

const inOrder = ({ deviceHash, at, intervalSeconds }: DevicePace): DevicePace => ({ deviceHash, at, intervalSeconds });
