import { HatcheckError, refuse } from '../domain/errors.ts';
import { isAuditor } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { Broker } from './broker.ts';
import { onDuty } from './on-duty.ts';

/** Nothing of the record is for anybody else, whatever they ask of it. @throws HatcheckError `not_an_auditor` */
export const onlyAuditors = async (desk: Pick<Broker, 'policy' | 'onCall'>, caller: Principal): Promise<Principal> => {
  const principal = await onDuty(desk, caller, [desk.policy.auditors]);
  if (!isAuditor(desk.policy, principal))
    throw new HatcheckError(refuse('not_an_auditor', 'in none of the groups that access.yml calls auditors'));
  return principal;
};
