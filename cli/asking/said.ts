import type { Scope } from '../../lib/domain/scope.ts';
import type { PartialAsk } from '../ask.ts';
import { durationSeconds } from '../duration.ts';
import { Failure } from '../failure.ts';
import { instantGiven } from '../shown/times.ts';

/** The options of whatever asks for something. */
export interface AskOptions {
  readonly for?: string;
  readonly because?: string;
  readonly ticket?: string;
  readonly at?: string;
  readonly actions?: readonly string[];
  readonly resources?: readonly string[];
  readonly breakGlass?: boolean;
}

/** What they say of an ask. @throws Failure 2 for a time or duration that is none, and for half a scope */
export const said = (options: AskOptions, now: Date): PartialAsk => {
  const scope = scopeOf(options);
  return {
    ...(options.for === undefined ? {} : { durationSeconds: durationSeconds(options.for) }),
    ...(options.because === undefined ? {} : { justification: options.because }),
    ...(options.ticket === undefined ? {} : { ticket: options.ticket }),
    ...(options.at === undefined ? {} : { startAt: instantGiven(options.at, now) }),
    ...(scope ? { scope } : {}),
    ...(options.breakGlass ? { breakGlass: true } : {}),
  };
};

const scopeOf = ({ actions, resources }: AskOptions): Scope | undefined => {
  if (actions === undefined && resources === undefined) return undefined;
  if (actions === undefined || resources === undefined)
    throw new Failure(2, 'a part of a role is both --actions and --resources', {
      next: "all resources are --resources '*'",
    });
  return { actions, resources };
};
