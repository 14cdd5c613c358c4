import type { Handle, Instant } from '../../domain/principal.ts';

/** A machine without a browser that asks to be signed in (RFC 8628, 3.1). */
export interface DeviceAuthorization {
  /** base64url SHA-256 of the device code. */
  readonly deviceHash: string;
  /** base64url SHA-256 of the code that the person types. */
  readonly userCodeHash: string;
  readonly askedAt: Instant;
  /** The address that it asked from, for the person to recognise. */
  readonly askedFrom: string;
  readonly expiresAt: Instant;
}

/** What the person said. */
export type DeviceDecision =
  | { readonly deviceHash: string; readonly outcome: 'denied' }
  | {
      readonly deviceHash: string;
      readonly outcome: 'allowed';
      readonly handle: Handle;
      readonly family: string;
      /** When what it is redeemed for ends at the latest. */
      readonly familyEndsAt: Instant;
    };

/** When the machine last asked for its tokens, and how long it has to wait from then. */
export interface DevicePace {
  readonly deviceHash: string;
  readonly at: Instant;
  readonly intervalSeconds: number;
}

/** Every read is strongly consistent; every method throws HatcheckError `ledger_unavailable` when it cannot be done surely. */
export interface Devices {
  /** False when another one that is not over has this user code. */
  begin(authorization: DeviceAuthorization): Promise<boolean>;
  get(deviceHash: string): Promise<DeviceAuthorization | undefined>;
  find(userCodeHash: string): Promise<DeviceAuthorization | undefined>;
  /** True for the first decision, which stays. */
  decide(decision: DeviceDecision, until: Instant): Promise<boolean>;
  decision(deviceHash: string): Promise<DeviceDecision | undefined>;
  pace(deviceHash: string): Promise<DevicePace | undefined>;
  /** False when another call set it since `was` was read. */
  setPace(pace: DevicePace, was: DevicePace | undefined, until: Instant): Promise<boolean>;
}

export interface Limits {
  /** Whether it may be done once more, and counts that: at most so often from the first time until so many seconds later. */
  take(key: string, limit: { readonly most: number; readonly seconds: number }): Promise<boolean>;
}
