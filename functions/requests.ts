import { dynamoSignIns } from '../lib/aws/sign-ins.ts';
import { asksOf } from '../lib/broker/asks.ts';
import { evidenceFor } from '../lib/broker/evidence.ts';
import { listDestinations, listEntitlements } from '../lib/broker/list-entitlements.ts';
import type { Known } from '../lib/broker/known.ts';
import { listRequests } from '../lib/broker/list-requests.ts';
import { askersAnywhere, onDuty } from '../lib/broker/on-duty.ts';
import { readRequest } from '../lib/broker/read-request.ts';
import { viewRequests } from '../lib/broker/request-view.ts';
import { submitBundle, submitRequest, tryRequests } from '../lib/broker/submit-request.ts';
import { surroundings } from '../lib/broker/system.ts';
import { onLambda } from '../lib/config/bundled.ts';
import type { Config } from '../lib/config/environment.ts';
import type { Channel } from '../lib/domain/command.ts';
import type { Principal } from '../lib/domain/principal.ts';
import type { RequestState } from '../lib/domain/request.ts';
import { api } from '../lib/http/api.ts';
import { delegationsRoutes } from '../lib/http/contract/delegations.ts';
import { holdsRoutes } from '../lib/http/contract/holds.ts';
import { peopleRoutes as peopleContract } from '../lib/http/contract/people.ts';
import { requestsRoutes } from '../lib/http/contract/requests.ts';
import { actRoutes } from './act-routes.ts';
import { delegationRoutes } from './delegation-routes.ts';
import { callerOf, deskParts } from './desk-wiring.ts';
import { holdRoutes } from './hold-routes.ts';
import { meterOf } from './meter-of.ts';
import { peopleRoutes } from './people-routes.ts';

export const create = (config: Config, around = surroundings('requests')) => {
  const { policy, origin } = config;
  const { desk, identity, authenticate } = deskParts(config, around);
  const show = async (principal: Principal, request: RequestState, seen: { channel: Channel; known?: Known }) =>
    (await viewRequests(desk, principal, [request], seen))[0];

  return api({
    ...{ origin, logger: around.logger, authenticate, meter: meterOf(config, around) },
    contract: { ...delegationsRoutes, ...holdsRoutes, ...peopleContract, ...requestsRoutes },
    routes: {
      'GET /v1/entitlements': async (call) => {
        const principal = await onDuty(desk, await call.principal, askersAnywhere(policy));
        const entitlements = listEntitlements(policy, principal);
        return {
          status: 200,
          json: { entitlements, destinations: entitlements.length > 0 ? listDestinations(policy) : [] },
        };
      },
      'POST /v1/requests': async ({ query, body, idempotencyKey, remainingMs, ...call }) => {
        const { principal, channel } = await callerOf(call);
        const asks = asksOf(body);
        if (query.dryRun) return { status: 200, json: { decision: await tryRequests(desk, principal, asks) } };
        const asking = {
          ...{ principal, patience: { remainingMs } },
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        };
        if (body.entitlementIds) {
          const requests = await submitBundle(desk, { ...asking, asks });
          return { status: 201, json: { requests: await viewRequests(desk, principal, requests, { channel }) } };
        }
        const request = await submitRequest(desk, { ...asking, ask: asks[0] });
        const headers = { location: `/v1/requests/${request.id}` };
        return { status: 201, headers, json: { request: await show(principal, request, { channel }) } };
      },
      'GET /v1/requests': async ({ query, ...call }) => {
        const { principal, channel } = await callerOf(call);
        const { requests, ...page } = await listRequests(desk, principal, query);
        return { status: 200, json: { requests: await viewRequests(desk, principal, requests, { channel }), ...page } };
      },
      'GET /v1/requests/{id}': async ({ path, query, ...call }) => {
        const { principal, channel } = await callerOf(call);
        const { request, events, known } = await readRequest(desk, principal, path.id);
        const [shown, evidence] = await Promise.all([
          show(principal, request, { channel, known }),
          query.evidence ? evidenceFor(desk, request, { principal, channel, known }) : undefined,
        ]);
        return { status: 200, json: { request: shown, events, ...(evidence ? { evidence } : {}) } };
      },
      ...actRoutes(desk),
      ...holdRoutes(desk),
      ...peopleRoutes({ ...desk, signIns: dynamoSignIns(identity) }),
      ...delegationRoutes(desk),
    },
  });
};

export const handler = onLambda(create);
