import * as z from 'zod/mini';
import type { AuthorizationCode, RefreshFamily, RefreshToken, SealedToken } from '../identity/ports.ts';
import { principal } from './session-schema.ts';

// `satisfies` names every member, the optional ones too: one that a schema leaves out would be lost on its way through the table.

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
  providerSession: z.exactOptional(z.string()),
} satisfies Record<keyof RefreshFamily, unknown>);

const refreshToken = z.object({
  handle: z.string(),
  tokenHash: z.string(),
  family: z.string(),
  expiresAt: z.string(),
} satisfies Record<keyof RefreshToken, unknown>);

const upstream = z.object({ id: z.string(), sealed: z.string() } satisfies Record<keyof SealedToken, unknown>);

// Each gives undefined for what is none: an item of another version, or written by hand, counts as absent.

export const parseCode = (body: unknown): AuthorizationCode | undefined => code.safeParse(body).data;
export const parseFamily = (body: unknown): RefreshFamily | undefined => family.safeParse(body).data;
export const parseRefreshToken = (body: unknown): RefreshToken | undefined => refreshToken.safeParse(body).data;
export const parseUpstream = (body: unknown): SealedToken | undefined => upstream.safeParse(body).data;
