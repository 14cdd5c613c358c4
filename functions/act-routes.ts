import type { Desk } from '../lib/broker/broker.ts';
import { decideBundle } from '../lib/broker/decide-bundle.ts';
import { type Act, decideRequest } from '../lib/broker/decide-request.ts';
import { viewRequests } from '../lib/broker/request-view.ts';
import type { Call, RouteKey, Routes } from '../lib/http/api.ts';
import { callerOf } from './desk-wiring.ts';

type ActRoute = Extract<RouteKey, `POST /v1/requests/{id}/${Act['type']}`>;

/** Served by the function `requests`. */
export const actRoutes = (desk: Desk) => {
  const act =
    <K extends ActRoute>(
      actOf: (body: Call<K>['body']) => Act,
      onBundle: (body: Call<K>['body']) => boolean | undefined = () => false,
    ) =>
    async ({ path, body, idempotencyKey, remainingMs, ...call }: Call<K>) => {
      const { principal, channel } = await callerOf(call);
      const options = {
        ...{ requestId: path.id, principal, channel, act: actOf(body), patience: { remainingMs } },
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      };
      if (onBundle(body)) {
        const requests = await viewRequests(desk, principal, await decideBundle(desk, options), { channel });
        return { status: 200, json: { request: requests[0], requests } };
      }
      const request = await decideRequest(desk, options);
      return { status: 200, json: { request: (await viewRequests(desk, principal, [request], { channel }))[0] } };
    };

  return {
    'POST /v1/requests/{id}/approve': act(
      ({ bundle: _bundle, ...body }) => ({ ...body, type: 'approve' }),
      ({ bundle }) => bundle,
    ),
    'POST /v1/requests/{id}/deny': act(
      ({ bundle: _bundle, ...body }) => ({ ...body, type: 'deny' }),
      ({ bundle }) => bundle,
    ),
    'POST /v1/requests/{id}/revoke': act(({ reason }) => ({ type: 'revoke', reason })),
    'POST /v1/requests/{id}/cancel': act(() => ({ type: 'cancel' })),
    'POST /v1/requests/{id}/end': act(() => ({ type: 'end' })),
    'POST /v1/requests/{id}/extend': act((body) => ({ ...body, type: 'extend' })),
    'POST /v1/requests/{id}/review': act((body) => ({ ...body, type: 'review' })),
  } satisfies Routes;
};
