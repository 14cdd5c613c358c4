import * as z from 'zod/mini';
import type { DeviceAuthorization, DeviceDecision, DevicePace } from '../identity/oauth/ports.ts';

// `satisfies` names every member, the optional ones too: one that a schema leaves out would be lost on its way through the table.

const device = z.object({
  deviceHash: z.string(),
  userCodeHash: z.string(),
  askedAt: z.string(),
  askedFrom: z.string(),
  expiresAt: z.string(),
} satisfies Record<keyof DeviceAuthorization, unknown>);

const userCode = z.object({ deviceHash: z.string() });

const decision = z.union([
  z.object({ deviceHash: z.string(), outcome: z.literal('denied') } satisfies Record<keyof Denied, unknown>),
  z.object({
    deviceHash: z.string(),
    outcome: z.literal('allowed'),
    handle: z.string(),
    family: z.string(),
    familyEndsAt: z.string(),
  } satisfies Record<keyof Allowed, unknown>),
]);
type Denied = Extract<DeviceDecision, { outcome: 'denied' }>;
type Allowed = Extract<DeviceDecision, { outcome: 'allowed' }>;

const pace = z.object({
  deviceHash: z.string(),
  at: z.string(),
  intervalSeconds: z.number(),
} satisfies Record<keyof DevicePace, unknown>);

// Each gives undefined for what is none: an item of another version, or written by hand, counts as absent.

export const parseDevice = (body: unknown): DeviceAuthorization | undefined => device.safeParse(body).data;
export const parseUserCode = (body: unknown): z.infer<typeof userCode> | undefined => userCode.safeParse(body).data;
export const parseDecision = (body: unknown): DeviceDecision | undefined => decision.safeParse(body).data;
export const parsePace = (body: unknown): DevicePace | undefined => pace.safeParse(body).data;
