import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type { Logger } from '../logger.ts';
import { type Meter, silentMeter } from '../metrics.ts';
import { found } from './call.ts';
import type { Answer, ApiContext, Authenticate, Call, CallState } from './call.ts';
import { callOf } from './handler-call.ts';
import type { RouteKey, SomeOfContract } from './contract.ts';
import type { Passing } from './middleware.ts';
import { begin } from './middleware/begin.ts';
import { callLog } from './middleware/call-log.ts';
import { caller } from './middleware/caller.ts';
import { csrf } from './middleware/csrf.ts';
import { input } from './middleware/input.ts';
import { measured } from './middleware/measured.ts';
import { problemDocuments } from './middleware/problem-document.ts';
import { render } from './middleware/render.ts';
import { route } from './middleware/route.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { shape } from './middleware/shape.ts';

export type { Answer, Call, CallerSession, Presented } from './call.ts';
export type { RouteKey } from './contract.ts';

/** The handlers of a function, by route key. */
export type Routes = { readonly [K in RouteKey]?: (call: Call<K>) => Promise<Answer> };

export interface ApiParts {
  /** Of the routes below and no others: every bundle holds what it names here. */
  readonly contract: SomeOfContract;
  readonly routes: Routes;
  /** @throws HatcheckError `not_signed_in`, `session_expired` or `invalid_token`. */
  readonly authenticate: Authenticate;
  /** Our public origin, `https://hatcheck.example.com`: whatever changes state with the cookie must come from it. */
  readonly origin: string;
  readonly logger: Logger;
  /** Absent: nothing is measured. */
  readonly meter?: Meter;
  /** A clock that never runs backwards, for how long calls take. */
  readonly milliseconds?: () => number;
}

/** A Lambda handler behind an HTTP API (payload format 2.0). It never rejects: whatever goes wrong is an answer. */
export type ApiHandler = (
  event: APIGatewayProxyEventV2,
  context?: Partial<Context>,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** So that a call that takes too long still gets an answer of ours, not API Gateway's. */
const TIMEOUT_EARLY_MS = 300;

/**
 * The handler of all routes of a function. What comes first in the list is done first; on the way out the order is reversed, so
 * that the log sees the answer as it leaves.
 */
export const api = (parts: ApiParts): ApiHandler => {
  const { contract, routes, authenticate, origin, logger, meter = silentMeter } = parts;
  const { milliseconds = () => performance.now() } = parts;
  const handler = middy<unknown, Passing, Error, ApiContext>(
    (_event: unknown, { call }: ApiContext): Promise<Passing> => answer(routes, call),
    { timeoutEarlyInMillis: TIMEOUT_EARLY_MS },
  )
    .use(begin(milliseconds))
    .use(measured(meter))
    .use(callLog(logger, milliseconds))
    .use(securityHeaders())
    .use(problemDocuments(logger))
    .use(route(contract, (key): key is RouteKey => Object.hasOwn(routes, key)))
    .use(shape())
    .use(caller(authenticate))
    .use(csrf(origin))
    .use(input())
    .use(render());
  return handler as unknown as ApiHandler;
};

/** Runs the route's handler beside the authentication, and lets nothing out that a principal must be known for. */
const answer = async (routes: Routes, call: CallState): Promise<Answer> => {
  const { key, contract } = found(call.route);
  const run = async (): Promise<Answer> => handlerOf(routes, key)(callOf(call));
  const known = contract.caller === 'principal' ? found(call.session)() : undefined;
  const [caller, answered] = await Promise.allSettled([known, run()]);
  // Who is calling comes first: what the handler found out, or failed at, is not for somebody unknown.
  if (caller.status === 'rejected') throw caller.reason;
  if (answered.status === 'rejected') throw answered.reason;
  return answered.value;
};

/** The input was checked by the contract of this very key, which the type of a table of handlers cannot say. */
const handlerOf = (routes: Routes, key: RouteKey) => found(routes[key]) as (call: object) => Promise<Answer>;
