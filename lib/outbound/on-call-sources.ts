import type { Clock, OnCall } from '../broker/ports.ts';
import { onRota } from '../domain/rota.ts';
import { msOf } from '../domain/time.ts';
import { type Asking, type Authorization, askService, valueAt } from './ask-service.ts';
import type { OnCallService, OnCallSource } from './ports.ts';

/** So long somebody counts as on call after their turn at the most. */
const FRESH_MS = 60_000;

/** A service that failed is left alone so long. */
const FAILED_MS = 5_000;

interface Held {
  readonly until: number;
  readonly emails: Promise<readonly string[]>;
}

/**
 * Who is on call, by rota or as a service says, which is asked at most once a minute. When it cannot be asked nobody is on call, and
 * `onUnavailable` is told why.
 */
export const onCallSources = (
  sources: readonly OnCallSource[],
  parts: Asking & { readonly clock: Clock; readonly onUnavailable: (source: string, cause: unknown) => void },
): OnCall => {
  const held = new Map<string, Held>();
  const nowMs = (): number => msOf(parts.clock.now());

  const ask = async (source: OnCallService): Promise<readonly string[]> => {
    try {
      return await emailsOf(source, parts);
    } catch (cause) {
      parts.onUnavailable(source.id, cause);
      held.set(source.id, { until: nowMs() + FAILED_MS, emails: NOBODY });
      return [];
    }
  };

  return {
    emails: (id, issuer) => {
      const source = sources.find((each) => each.id === id);
      if (source?.issuer !== issuer) return NOBODY;
      if (source.type === 'rota') return Promise.resolve([onRota(source, parts.clock.now()) ?? []].flat());
      const known = held.get(id);
      // A clock that was set back must not make a list last longer.
      if (known && nowMs() < known.until && nowMs() >= known.until - FRESH_MS) return known.emails;
      const emails = ask(source);
      held.set(id, { until: nowMs() + FRESH_MS, emails });
      return emails;
    },
  };
};

const NOBODY: Promise<readonly string[]> = Promise.resolve([]);

const emailsOf = async (source: OnCallService, asking: Asking): Promise<readonly string[]> => {
  const { address, authorization, emails } = ADAPTERS[source.type];
  const json = await askService(asking, address(source), { token: source.token, authorization });
  if (!json) throw new Error(`${source.id} knows no such schedule`);
  const found = emails(json);
  if (!found) throw new Error(`${source.id} does not say who is on call`);
  return found.filter((email) => typeof email === 'string');
};

interface Adapter {
  readonly address: (source: OnCallService) => URL;
  readonly authorization: Authorization;
  /** Undefined where the answer is no list. */
  readonly emails: (json: unknown) => readonly unknown[] | undefined;
}

const base = ({ url }: OnCallService): string => url.replace(/\/$/, '');

const listAt = (json: unknown, pointer: string): readonly unknown[] | undefined => {
  const value = valueAt(json, pointer);
  return Array.isArray(value) ? value : undefined;
};

const ADAPTERS: Readonly<Record<OnCallService['type'], Adapter>> = {
  /** https://developer.pagerduty.com/api-reference, List all of the on-calls; without `since` and `until` it is about now. */
  pagerduty: {
    address: (source) => {
      const query = new URLSearchParams({ 'schedule_ids[]': source.schedule, 'include[]': 'users', limit: '100' });
      return new URL(`${base(source)}/oncalls?${query.toString()}`);
    },
    authorization: (token) => `Token token=${token}`,
    emails: (json) => listAt(json, '/oncalls')?.map((each) => valueAt(each, '/user/email')),
  },
  /** https://docs.opsgenie.com/docs/who-is-on-call-api, Get On Calls; `flat` names people only. */
  opsgenie: {
    address: (source) =>
      new URL(`${base(source)}/v2/schedules/${encodeURIComponent(source.schedule)}/on-calls?flat=true`),
    authorization: (token) => `GenieKey ${token}`,
    emails: (json) => listAt(json, '/data/onCallRecipients'),
  },
};
