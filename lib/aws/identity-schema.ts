import * as z from 'zod/mini';
import type { PersonName } from '../broker/ports.ts';
import type { Principal } from '../domain/principal.ts';
import type { DeviceAuthorization, DeviceDecision, DevicePace } from '../identity/oauth/ports.ts';
import type {
  Attempt,
  BegunSignIn,
  AuthorizationCode,
  LinkTo,
  ParkedSignIn,
  RefreshFamily,
  RefreshToken,
  SamlAttempt,
  SealedToken,
  Seen,
  Session,
} from '../identity/ports.ts';

// `satisfies` names every member, the optional ones too: one that a schema leaves out would be lost on its way through the table.

const principal = z.object({
  handle: z.string(),
  issuer: z.string(),
  subject: z.string(),
  kind: z.enum(['person', 'workload']),
  displayName: z.exactOptional(z.string()),
  email: z.exactOptional(z.string()),
  groups: z.array(z.string()),
  groupsAt: z.string(),
  authenticatedAt: z.string(),
  methods: z.array(z.string()),
  byDevice: z.exactOptional(z.literal(true)),
} satisfies Record<keyof Principal, unknown>);

const session = z.object({
  principal,
  via: z.enum(['cookie', 'bearer']),
  tokenHash: z.string(),
  csrf: z.exactOptional(z.string()),
  createdAt: z.string(),
  expiresAt: z.string(),
  family: z.exactOptional(z.string()),
} satisfies Record<keyof Session, unknown>);

const seen = z.object({ id: z.string(), at: z.string() } satisfies Record<keyof Seen, unknown>);

const linkTo = z.object({ handle: z.string(), tokenHash: z.string() } satisfies Record<keyof LinkTo, unknown>);

const begun = {
  provider: z.string(),
  browserHash: z.string(),
  returnTo: z.string(),
  authenticatedSince: z.exactOptional(z.string()),
  link: z.exactOptional(linkTo),
  expiresAt: z.string(),
} satisfies Record<keyof BegunSignIn, unknown>;

const attempt = z.object({
  stateHash: z.string(),
  ...begun,
} satisfies Record<keyof Attempt, unknown>);

const code = z.object({
  codeHash: z.string(),
  redirectUri: z.string(),
  codeChallenge: z.string(),
  handle: z.string(),
  family: z.string(),
  familyEndsAt: z.string(),
  expiresAt: z.string(),
} satisfies Record<keyof AuthorizationCode, unknown>);

const family = z.object({
  id: z.string(),
  principal,
  createdAt: z.string(),
  expiresAt: z.string(),
} satisfies Record<keyof RefreshFamily, unknown>);

const refreshToken = z.object({
  handle: z.string(),
  tokenHash: z.string(),
  family: z.string(),
  expiresAt: z.string(),
} satisfies Record<keyof RefreshToken, unknown>);

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

const limit = z.object({ count: z.number(), until: z.string() });

const upstream = z.object({ id: z.string(), sealed: z.string() } satisfies Record<keyof SealedToken, unknown>);

const samlAttempt = z.object({
  requestHash: z.string(),
  ...begun,
} satisfies Record<keyof SamlAttempt, unknown>);

const parkedSignIn = z.object({
  ticketHash: z.string(),
  provider: z.string(),
  returnTo: z.string(),
  browserHash: z.exactOptional(z.string()),
  principal: z.omit(principal, { handle: true }),
  sessionEndsAt: z.exactOptional(z.string()),
  link: z.exactOptional(linkTo),
  expiresAt: z.string(),
} satisfies Record<keyof ParkedSignIn, unknown>);

const personName = z.object({
  displayName: z.exactOptional(z.string()),
  email: z.exactOptional(z.string()),
} satisfies Record<keyof PersonName, unknown>);

const text = z.object({ salt: z.string(), text: z.string() });

// Each gives undefined for what is none: an item of another version, or written by hand, counts as absent.

export const parseSession = (body: unknown): Session | undefined => session.safeParse(body).data;
export const parseSeen = (body: unknown): Seen | undefined => seen.safeParse(body).data;
export const parseAttempt = (body: unknown): Attempt | undefined => attempt.safeParse(body).data;
export const parseCode = (body: unknown): AuthorizationCode | undefined => code.safeParse(body).data;
export const parseFamily = (body: unknown): RefreshFamily | undefined => family.safeParse(body).data;
export const parseRefreshToken = (body: unknown): RefreshToken | undefined => refreshToken.safeParse(body).data;
export const parseUpstream = (body: unknown): SealedToken | undefined => upstream.safeParse(body).data;
export const parseDevice = (body: unknown): DeviceAuthorization | undefined => device.safeParse(body).data;
export const parseUserCode = (body: unknown): z.infer<typeof userCode> | undefined => userCode.safeParse(body).data;
export const parseDecision = (body: unknown): DeviceDecision | undefined => decision.safeParse(body).data;
export const parsePace = (body: unknown): DevicePace | undefined => pace.safeParse(body).data;
export const parseLimit = (body: unknown): z.infer<typeof limit> | undefined => limit.safeParse(body).data;
export const parseSamlAttempt = (body: unknown): SamlAttempt | undefined => samlAttempt.safeParse(body).data;
export const parseParkedSignIn = (body: unknown): ParkedSignIn | undefined => parkedSignIn.safeParse(body).data;
export const parsePersonName = (body: unknown): PersonName | undefined => personName.safeParse(body).data;
export const parseText = (body: unknown): z.infer<typeof text> | undefined => text.safeParse(body).data;
