import { botKeys } from '../../lib/chatops/teams/bot-keys.ts';
import type { TeamsSettings } from '../../lib/chatops/settings.ts';
import type { Clock } from '../../lib/identity/ports.ts';
import type { ProviderAnswer } from '../../lib/identity/provider-fetch.ts';
import { type SigningKey, makeKey, signedToken } from './oidc-server.ts';

export const teamsSettings: TeamsSettings = {
  appId: '6f1d2c3b-0000-4000-8000-00000000b07a',
  tenantId: '6f1d2c3b-0000-4000-8000-0000000000aa',
  appPassword: 'env:TEST_TEAMS_PASSWORD',
  channels: [{ approvers: ['local-oidc:sre-leads'], channel: '19:sre@thread.tacv2' }],
};

export const SERVICE_URL = 'https://smba.trafficmanager.net/emea/';
export const ALICE = '6f1d2c3b-0000-4000-8000-00000000a11c';

/** What Microsoft publishes, as a test has it. */
export interface BotFramework {
  /** By address. */
  readonly documents: Map<string, object>;
  /** What was asked for, in order. */
  readonly asked: string[];
  readonly key: SigningKey;
  readonly fetchJson: (url: URL) => Promise<ProviderAnswer>;
  token(claims?: object, key?: SigningKey): string;
}

export const published = ({ jwk }: SigningKey, endorsements: readonly string[] = ['msteams']): object => {
  // Microsoft's say no `alg`.
  const { kty, n, e, kid, use } = jwk;
  return { kty, n, e, kid, use, endorsements };
};

export const METADATA = 'https://login.botframework.com/v1/.well-known/openidconfiguration';
export const KEYS = 'https://login.botframework.com/v1/.well-known/keys';

export const claimsAt = (at: string): Readonly<Record<string, unknown>> => {
  const now = Date.parse(at) / 1000;
  return {
    iss: 'https://api.botframework.com',
    aud: teamsSettings.appId,
    serviceurl: SERVICE_URL,
    nbf: now - 60,
    exp: now + 3540,
  };
};

export const botFramework = (at: string): BotFramework => {
  const key = makeKey('RS256', 'bot-key');
  const documents = new Map<string, object>([
    [METADATA, { issuer: 'https://api.botframework.com', jwks_uri: KEYS }],
    [KEYS, { keys: [published(key)] }],
  ]);
  const asked: string[] = [];
  return {
    ...{ documents, asked, key },
    fetchJson: (url) => {
      asked.push(url.href);
      const found = documents.get(url.href);
      return Promise.resolve({ status: found ? 200 : 404, json: { ...found } });
    },
    token: (claims = {}, by = key) => signedToken(by, { ...claimsAt(at), ...claims }),
  };
};

export const keysOf = ({ fetchJson }: BotFramework, clock: Clock) =>
  botKeys({ fetchJson, clock, onStale: () => undefined });

/** What Teams adds to whatever somebody does. */
const sender = {
  channelId: 'msteams',
  serviceUrl: SERVICE_URL,
  timestamp: '2026-11-22T12:00:00.000Z',
  from: { id: '29:alice', name: 'Alice', aadObjectId: ALICE },
  recipient: { id: `28:${teamsSettings.appId}`, name: 'Hatcheck' },
  conversation: {
    ...{ isGroup: true, conversationType: 'channel', tenantId: teamsSettings.tenantId },
    id: '19:sre@thread.tacv2;messageid=1700000000000',
  },
  channelData: { tenant: { id: teamsSettings.tenantId }, team: { id: '19:sre@thread.tacv2' } },
  locale: 'en-GB',
};

export const messageActivity = (change: object = {}) => ({
  ...sender,
  ...{ type: 'message', id: '1700000000001', textFormat: 'plain', text: '<at>Hatcheck</at> link' },
  ...change,
});

export const pressActivity = (change: object = {}, action: object = {}) => ({
  ...sender,
  ...{ type: 'invoke', name: 'adaptiveCard/action', id: 'f:1700000000002', replyToId: '1700000000000' },
  value: {
    action: {
      ...{ type: 'Action.Execute', verb: 'approve', title: 'Approve' },
      data: { value: `r_${'A'.repeat(26)}.3`, reason: 'Not today.' },
      ...action,
    },
    trigger: 'manual',
  },
  ...change,
});

export const askActivity = (data: object = {}) =>
  pressActivity(
    {},
    {
      verb: 'ask',
      data: {
        ...{ entitlement: 'prod-admin', justification: 'The queue is stuck.', duration: '1800', ticket: ' OPS-1 ' },
        ...data,
      },
    },
  );
