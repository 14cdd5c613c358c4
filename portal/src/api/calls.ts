import type { StoredEvent } from '../../../lib/domain/event.ts';
import type { DestinationView, EntitlementView } from '../../../lib/broker/list-entitlements.ts';
import type { Dossier } from '../../../lib/broker/dossier/dossier.ts';
import type { TimelineEntry } from '../../../lib/broker/dossier/timeline.ts';
import type { EventView, GrantView } from '../../../lib/broker/search/found-view.ts';
import type { RequestView } from '../../../lib/broker/request-view.ts';
import type { RuleView } from '../../../lib/broker/submit-request.ts';
import { json, read, send } from './send.ts';

export type {
  DestinationView,
  Dossier,
  EntitlementView,
  EventView,
  GrantView,
  RequestView,
  RuleView,
  StoredEvent,
  TimelineEntry,
};

export interface Me {
  readonly principal: {
    readonly handle: string;
    readonly issuer: string;
    readonly subject: string;
    readonly displayName?: string;
    readonly email?: string;
    readonly groups: readonly string[];
    readonly authenticatedAt: string;
  };
  /** What a plain form sends back. */
  readonly csrf: string;
}

export const readMe = async (): Promise<Me> => {
  const response = await send('/v1/me');
  const { principal } = await json<Pick<Me, 'principal'>>(response);
  return { principal, csrf: response.headers.get('Hatcheck-CSRF') ?? '' };
};

export interface Entitlements {
  readonly entitlements: readonly EntitlementView[];
  /** What the console may be opened with. */
  readonly destinations: readonly DestinationView[];
}

export const readEntitlements = (): Promise<Entitlements> => read('/v1/entitlements');

export interface RequestsQuery {
  readonly as: 'requester' | 'approver' | 'auditor';
  readonly status?: RequestView['status'];
  /** 1 to 200; 50 without. */
  readonly limit?: number;
  readonly cursor?: string;
}

export interface RequestsPage {
  readonly requests: readonly RequestView[];
  readonly nextCursor?: string;
}

export const readRequests = (query: RequestsQuery): Promise<RequestsPage> => {
  const { limit, ...words } = query;
  const search = new URLSearchParams({ ...words, ...(limit === undefined ? {} : { limit: String(limit) }) });
  return read(`/v1/requests?${search.toString()}`);
};

export interface OneRequest {
  readonly request: RequestView;
  readonly events: readonly StoredEvent[];
}

export const readRequest = (id: string): Promise<OneRequest> => read(`/v1/requests/${id}`);

export interface FoundPage {
  readonly grants: readonly GrantView[];
  readonly events: readonly EventView[];
  readonly nextCursor?: string;
}

/** For auditors. @param query as `GET /v1/audit` takes it */
export const searchRecord = (query: URLSearchParams): Promise<FoundPage> => read(`/v1/audit?${query.toString()}`);

/** For auditors. */
export const readDossier = (id: string): Promise<Dossier> => read(`/v1/audit/requests/${id}`);

export interface Ask {
  readonly entitlementId: string;
  readonly justification: string;
  readonly durationSeconds: number;
  readonly ticket?: string;
  readonly scope?: { readonly actions: readonly string[]; readonly resources: readonly string[] };
  /** ISO 8601, UTC. */
  readonly startAt?: string;
  readonly breakGlass?: true;
}

/** The same key twice is the same request: a second click asks for nothing new. */
export const submit = async (ask: Ask, key: string): Promise<RequestView> =>
  (await json<{ request: RequestView }>(await send('/v1/requests', { method: 'POST', body: ask, key }))).request;

export interface DryRun {
  readonly allowed: boolean;
  readonly rules: readonly RuleView[];
}

/** Whether it would be asked for in vain. Nothing is written. */
export const tryAsk = async (ask: Ask): Promise<DryRun> =>
  (await json<{ decision: DryRun }>(await send('/v1/requests?dryRun=true', { method: 'POST', body: ask }))).decision;

export type Act = 'approve' | 'deny' | 'cancel' | 'revoke' | 'end' | 'extend' | 'review';

/** An act on a request, and what the request is then. @param key from `useKey`: tried again, it is the same act */
export const act = async (
  id: string,
  action: Act,
  { key, body }: { key: string; body?: object },
): Promise<RequestView> => {
  const sent = await send(`/v1/requests/${id}/${action}`, { method: 'POST', key, ...(body ? { body } : {}) });
  return (await json<{ request: RequestView }>(sent)).request;
};

export interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
}

export const readCredentials = async (id: string): Promise<Credentials> =>
  json<Credentials>(await send(`/v1/requests/${id}/credentials`, { method: 'POST' }));
