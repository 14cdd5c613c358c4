import { readRequest } from '../../../lib/broker/read-request.ts';
import { type RequestView, viewRequests } from '../../../lib/broker/request-view.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { approver, engineer, entitlement, policy } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, memoryPeople } from '../../support/memory.ts';

const names = new Map([
  [engineer.handle, { displayName: 'Erin Engineer', email: 'engineer@example.com' }],
  [approver.handle, { displayName: 'Ada Approver' }],
]);
/** Where the engineer and the approver have names. */
export const deskOf = (of: Partial<Entitlement> = {}): MemoryDesk =>
  memoryDesk({ people: memoryPeople(names), policy: policy([entitlement(of)]) });

export const seen = async (desk: MemoryDesk, id: string, principal: Principal = engineer): Promise<RequestView> => {
  const { request: found } = await readRequest(desk, engineer, id);
  const [view] = await viewRequests(desk, principal, [found]);
  return view!;
};
