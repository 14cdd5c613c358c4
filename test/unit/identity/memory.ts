import { readSamlMetadata } from '../../../lib/config/saml-provider-metadata.ts';
import { handleOf } from '../../../lib/identity/handle.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import type { ProviderDocuments } from '../../../lib/identity/keys.ts';
import { providerDocuments } from '../../../lib/identity/keys.ts';
import type { GrantParts } from '../../../lib/identity/oauth/grant-parts.ts';
import type { AwsCallerParts } from '../../../lib/identity/aws-caller.ts';
import type { CallbackParts } from '../../../lib/identity/oidc-callback.ts';
import type {
  Attempt,
  IdentityProvider,
  ParkedSignIn,
  SamlAttempt,
  SealedToken,
  Session,
  WorkloadProvider,
} from '../../../lib/identity/ports.ts';
import { samlDocuments } from '../../../lib/identity/saml-documents.ts';
import type { SamlLoginParts } from '../../../lib/identity/saml-login.ts';
import { providerFetch } from '../../../lib/identity/provider-fetch.ts';
import { PEPPER } from '../../support/config.ts';
import { type MemoryClock, memoryClock, seededChance } from '../../support/memory.ts';
import { memoryGrants } from './oauth/memory-grants.ts';

export { PEPPER };

export interface MemoryIdentity
  extends
    CallbackParts,
    Pick<GrantParts, 'codes' | 'families' | 'refreshTokens'>,
    SamlLoginParts,
    Pick<AwsCallerParts, 'askSts' | 'stsEndpoint'> {
  readonly clock: MemoryClock;
  readonly stored: {
    readonly sessions: Map<string, Session>;
    readonly seen: Map<string, string>;
    readonly upstream: Map<string, SealedToken>;
    readonly attempts: Map<string, Attempt>;
    readonly samlAttempts: Map<string, SamlAttempt>;
    readonly parkedSignIns: Map<string, ParkedSignIn>;
    readonly burnt: Map<string, string>;
    readonly names: Principal[];
    readonly links: (readonly [string, string])[];
    readonly events: { readonly stream: string; readonly event: RecordedEvent }[];
  };
}

/** Everything that signing in works with, in memory; what matters to the test is given in `parts`. */
export const memoryIdentity = (
  providers: readonly IdentityProvider[],
  parts: Partial<CallbackParts & Pick<AwsCallerParts, 'askSts' | 'stsEndpoint'>> & {
    readonly clock?: MemoryClock;
    readonly documents?: ProviderDocuments;
  } = {},
): MemoryIdentity => {
  const clock = parts.clock ?? memoryClock();
  const stored: MemoryIdentity['stored'] = {
    sessions: new Map(),
    seen: new Map(),
    upstream: new Map(),
    attempts: new Map(),
    samlAttempts: new Map(),
    parkedSignIns: new Map(),
    burnt: new Map(),
    names: [],
    links: [],
    events: [],
  };
  const keyOf = (handle: string, tokenHash: string): string => `${handle} ${tokenHash}`;
  return {
    providers,
    origin: 'https://hatcheck.example.com',
    fetchJson: providerFetch(),
    askSts: () => Promise.reject(new Error('there is no STS here')),
    samlDocuments: samlDocuments({
      ...{ clock, onStale: () => undefined, readMetadata: readSamlMetadata },
      fetchBytes: () => Promise.reject(new Error('nobody publishes anything here')),
    }),
    documents: providerDocuments({ fetchJson: providerFetch(), clock, onStale: () => undefined }),
    handleOf: (issuer, subject) => Promise.resolve(handleOf(PEPPER, issuer, subject)),
    resolveSecret: (reference) => Promise.resolve(`the secret of ${reference}`),
    chance: seededChance(),
    ledger: {
      begin: (stream, event) => {
        stored.events.push({ stream, event });
        return Promise.resolve();
      },
    },
    sessions: {
      put: (session) => {
        stored.sessions.set(keyOf(session.principal.handle, session.tokenHash), session);
        return Promise.resolve();
      },
      get: (handle, tokenHash) => Promise.resolve(stored.sessions.get(keyOf(handle, tokenHash))),
      list: (handle) =>
        Promise.resolve([...stored.sessions.values()].filter(({ principal }) => principal.handle === handle)),
      remove: (handle, tokenHash) => {
        stored.sessions.delete(keyOf(handle, tokenHash));
        return Promise.resolve();
      },
      lastSeen: (handle, id) => Promise.resolve(stored.seen.get(keyOf(handle, id))),
      allSeen: (handle) =>
        Promise.resolve(
          new Map([...stored.seen].flatMap(([key, at]) => (key.startsWith(handle) ? [[key.slice(46), at]] : []))),
        ),
      markSeen: (handle, { id, at }) => Promise.resolve(void stored.seen.set(keyOf(handle, id), at)),
    },
    attempts: putAndTake(stored.attempts, ({ stateHash }) => stateHash),
    samlAttempts: putAndTake(stored.samlAttempts, ({ requestHash }) => requestHash),
    parkedSignIns: putAndTake(stored.parkedSignIns, ({ ticketHash }) => ticketHash),
    ...memoryGrants(),
    upstream: {
      put: (handle, box) => Promise.resolve(void stored.upstream.set(keyOf(handle, box.id), box)),
      take: (handle, id) => {
        const box = stored.upstream.get(keyOf(handle, id));
        stored.upstream.delete(keyOf(handle, id));
        return Promise.resolve(box);
      },
    },
    replayGuard: {
      burn: (key, until) => {
        const burntUntil = stored.burnt.get(key);
        if (burntUntil !== undefined && burntUntil > clock.now()) return Promise.resolve(false);
        stored.burnt.set(key, until);
        return Promise.resolve(true);
      },
    },
    directory: {
      remember: (principal) => {
        stored.names.push(principal);
        return Promise.resolve();
      },
    },
    identities: {
      link: ({ handle }, other) => {
        stored.links.push([handle, other]);
        return Promise.resolve();
      },
    },
    ...parts,
    clock,
    stored,
  };
};

/** What the same issuer is for jobs. */
export const jobsOf = ({ issuer }: { readonly issuer: string }): WorkloadProvider => ({
  ...{ id: 'jobs', type: 'oidc-workload', issuer, audience: 'hatcheck', algorithms: ['RS256'] },
  ...{ match: { sub: ['repo:example/app'] }, groups: ['jobs:deploy'] },
});

const putAndTake = <T>(items: Map<string, T>, hashOf: (item: T) => string) => ({
  put: (item: T): Promise<void> => {
    items.set(hashOf(item), item);
    return Promise.resolve();
  },
  take: (hash: string): Promise<T | undefined> => {
    const item = items.get(hash);
    items.delete(hash);
    return Promise.resolve(item);
  },
});

/** The code of what was thrown: a fault, an OAuth code, or one of ours. */
export const codeOf = async (promise: Promise<unknown>): Promise<string> => {
  try {
    await promise;
    return 'accepted';
  } catch (error) {
    if (typeof error !== 'object' || error === null) throw error;
    const code = 'fault' in error ? error.fault : 'code' in error ? error.code : undefined;
    if (typeof code === 'string') return code;
    if (error instanceof Error && error.name === 'ProviderUnavailable') return error.name;
    throw error;
  }
};
