import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { identityItem } from '../../../lib/aws/identity-item.ts';
import { itemOf } from '../../../lib/aws/ledger-item.ts';
import { decideRequest } from '../../../lib/broker/decide-request.ts';
import { submitRequest } from '../../../lib/broker/submit-request.ts';
import type { CompiledAccess } from '../../../lib/config/access.ts';
import type { StoredEvent } from '../../../lib/domain/event.ts';
import { plusSeconds } from '../../../lib/domain/time.ts';
import { openSession } from '../../../lib/identity/sessions.ts';
import { approver, engineer, entitlement, policy } from '../../support/builders.ts';
import { testAccess } from '../../support/config.ts';
import { httpEvent } from '../../support/events.ts';
import { memoryClock, memoryDesk, patient } from '../../support/memory.ts';
import type { Answers } from './calls.ts';

/** A request that a person of sre asked for and another approved; what DynamoDB says of it, and the call for its credentials. */
export interface Scene {
  readonly access: CompiledAccess;
  readonly answers: Answers;
  readonly event: APIGatewayProxyEventV2;
}

export const access: CompiledAccess = { ...testAccess, entitlements: [entitlement()] };

/** Of now, since both programs have the machine's clock. The grant lasts an hour: longer than any run. */
export const approvedRequest = async (now: string): Promise<Scene> => {
  const clock = memoryClock(plusSeconds(now, -120));
  const desk = memoryDesk({ clock, policy: policy() });
  const fresh = { groupsAt: clock.now(), authenticatedAt: clock.now() };
  const caller = { ...engineer, ...fresh };
  const ask = { entitlementId: 'prod-admin', justification: 'restore the payments queue', durationSeconds: 3600 };
  const { id } = await submitRequest(desk, { principal: caller, ask, patience: patient });
  clock.advance(60);
  const acting = { requestId: id, principal: { ...approver, ...fresh }, channel: 'portal', patience: patient } as const;
  await decideRequest(desk, { ...acting, act: { type: 'approve' } });

  let session: object = {};
  const sessions = { put: (opened: object) => Promise.resolve(void (session = opened)) };
  const { token } = await openSession({ ...desk, clock: { now: () => now }, sessions }, caller, 'bearer');
  const path = `/v1/requests/${id}/credentials`;
  const routeKey = 'POST /v1/requests/{id}/credentials';
  const streams = { control: 'control', person: `person#${caller.handle}` };
  return {
    access,
    answers: {
      [`GetItem session#${caller.handle}`]: JSON.stringify({
        Item: identityItem({ kind: 'session', of: caller.handle, sort: 'the hash' }, session),
      }),
      [`Query request#${id}`]: found(await desk.ledger.read(`request#${id}`)),
      [`Query ${streams.control}`]: found((await desk.ledger.read(streams.control)).slice(-1)),
      [`Query ${streams.person}`]: found((await desk.ledger.read(streams.person)).slice(-1)),
    },
    event: httpEvent({ method: 'POST', path, routeKey, headers: { authorization: `Bearer ${token}` } }),
  };
};

const found = (events: readonly StoredEvent[]): string =>
  JSON.stringify({ Count: events.length, Items: events.map(itemOf) });
