import type { Command, Context } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { type RequestState, evolve, grantAt } from '../../../lib/domain/request.ts';
import { context, engineer, entitlement, granted, noon, recorded, stage, words } from '../../support/builders.ts';
import { eventOf } from './outcome.ts';

/** Two hours in all, each extension by one of the sre-leads within ten minutes. */
export const staged = entitlement({
  extension: { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads')], withinSeconds: 600 } },
});
export const auto = entitlement({ extension: { maxTotalSeconds: 7200, approval: 'auto' } });

export const more = (
  durationSeconds = 1800,
  text = 'the queue is still stuck',
): Extract<Command, { type: 'extend' }> => ({
  type: 'extend',
  durationSeconds,
  justification: { text, ref: words('more') },
});

export const at = (by: Principal, seconds: number, of: Entitlement = staged): Context =>
  context(by, noon(seconds), [of]);

/** The state after the command, which must not be refused. */
export const after = (state: RequestState, command: Command, where: Context): RequestState => {
  const { type, data } = eventOf(decide(state, command, where));
  return evolve(state, recorded(type, data, { by: where.principal, at: where.now }));
};

export const asked = after(granted(), more(), at(engineer, 60));
export const [YES, NO] = [{ type: 'approve' }, { type: 'deny', reason: words('no') }] as const;
export const endOf = (state: RequestState, seconds = 60): string | undefined => grantAt(state, noon(seconds))?.endsAt;
