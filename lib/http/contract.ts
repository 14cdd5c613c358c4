import type * as z from 'zod/mini';
import { auditRoutes } from './contract/audit.ts';
import { chatLinkRoutes, chatopsRoutes } from './contract/chatops.ts';
import { credentialsRoutes } from './contract/credentials.ts';
import { delegationsRoutes } from './contract/delegations.ts';
import { holdsRoutes } from './contract/holds.ts';
import { identitiesRoutes } from './contract/identities.ts';
import { issuerRoutes } from './contract/issuer.ts';
import { peopleRoutes } from './contract/people.ts';
import { portalRoutes } from './contract/portal.ts';
import { requestsRoutes } from './contract/requests.ts';
import { signinRoutes } from './contract/signin.ts';
import { tokenRoutes } from './contract/token.ts';

/**
 * Every route there is, by its API Gateway route key. The input checks, `GET /openapi.json` and the types of the handlers are made
 * from it, so that they cannot disagree.
 */
export const contract = {
  ...portalRoutes,
  ...issuerRoutes,
  ...signinRoutes,
  ...tokenRoutes,
  ...requestsRoutes,
  ...holdsRoutes,
  ...peopleRoutes,
  ...delegationsRoutes,
  ...identitiesRoutes,
  ...credentialsRoutes,
  ...auditRoutes,
  ...chatLinkRoutes,
  ...chatopsRoutes,
} as const;

export type Contract = typeof contract;

/** The contracts of some routes. */
export type SomeOfContract = Partial<Contract>;

/** An API Gateway route key: `GET /v1/entitlements`, `POST /v1/requests/{id}/approve`, … */
export type RouteKey = keyof Contract;

/** An object without members. */
type Nothing = Readonly<Record<string, never>>;

export type QueryOf<K extends RouteKey> = Contract[K] extends { readonly query: () => infer S extends z.ZodMiniType }
  ? z.output<S>
  : Nothing;

/** The checked body; of a route that takes none, an empty object. */
export type BodyOf<K extends RouteKey> = Contract[K] extends { readonly body: () => infer S extends z.ZodMiniType }
  ? z.output<S>
  : Nothing;

export type PathOf<K extends RouteKey> = K extends `${string}{id}${string}` ? { readonly id: string } : Nothing;
