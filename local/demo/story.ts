import * as z from 'zod';
import { type Browser, callAs, exchange, openBrowser } from '../browser.ts';
import type { Stack } from '../stack.ts';
import { inSlack } from './chat.ts';
import { inTheMailbox } from './mail.ts';
import { inTeams } from './teams.ts';
import { breakTheGlass, hold, moreTime, twoStages } from './lifecycle.ts';
import { type Credentials, credentialsSchema, endsSoon, use, whoAndWhat } from './role-session.ts';
import { codeOf, refused, requestIn, signIn } from './steps.ts';
import type { Teller } from './teller.ts';

export interface Places {
  /** Of the broker. */
  readonly origin: string;
  /** Of the OpenID provider. */
  readonly issuer: string;
  /** Of the SAML identity provider. */
  readonly samlIssuer: string;
  readonly awsEndpoint: string;
  /** Of the local Slack's page. */
  readonly slackOrigin: string;
  /** Of the local Teams' page. */
  readonly teamsOrigin: string;
}

export const placesOf = ({
  origin,
  oidc,
  saml,
  aws,
  slack,
  teams,
}: Pick<Stack, 'origin' | 'oidc' | 'saml' | 'aws' | 'slack' | 'teams'>): Places => ({
  ...{ origin, issuer: oidc.issuer, samlIssuer: saml.entityId, awsEndpoint: aws.endpoint },
  ...{ slackOrigin: slack.origin, teamsOrigin: teams.origin },
});

const eventsSchema = z.array(
  z.looseObject({ type: z.string(), at: z.string(), hash: z.string(), prevHash: z.string(), stream: z.string() }),
);

/** The whole story, from sign-in to the record. True when every step was as it should be. */
export const walkThrough = async (places: Places, teller: Teller): Promise<boolean> => {
  const engineer = openBrowser(places.origin);
  const approver = openBrowser(places.origin);

  teller.chapter('Sign in with OpenID Connect');
  await signIn(engineer, 'engineer@example.com', places, teller);
  await signIn(approver, 'approver@example.com', places, teller);

  teller.chapter('Ask for prod-admin');
  const asked = await engineer.call('POST', '/v1/requests', {
    entitlementId: 'prod-admin',
    justification: 'The payment queue is stuck; I need to restart its workers.',
    durationSeconds: 3600,
    ticket: 'OPS-4711',
  });
  const id = requestIn(asked)?.id ?? '';
  teller.step(
    'the engineer asks, with a reason and a ticket',
    `${asked.status} ${id}`,
    asked.status === 201 && requestIn(asked)?.status === 'pending',
  );
  await refused(engineer, id, 'not_approved', 'credentials before the approval', teller);
  const own = await engineer.call('POST', `/v1/requests/${id}/approve`);
  teller.step(
    'the engineer cannot approve their own request',
    codeOf(own),
    own.status === 403 && codeOf(own) === 'self_approval',
  );

  teller.chapter('Approve');
  const waiting = await approver.call('GET', '/v1/requests?as=approver&status=pending');
  teller.step('the approver sees it waiting', String(waiting.status), JSON.stringify(waiting.json).includes(id));
  const approved = await approver.call('POST', `/v1/requests/${id}/approve`, { comment: 'Go ahead.' });
  teller.step(
    'the approver says yes',
    requestIn(approved)?.status ?? codeOf(approved),
    requestIn(approved)?.status === 'approved',
  );

  teller.chapter('Credentials');
  const credentials = await issue(engineer, id, teller);
  if (credentials) await use(credentials, places.awsEndpoint, teller);
  await openTheConsole(engineer, id, teller);

  teller.chapter('More time');
  await moreTime(engineer, approver, id, teller);

  const security = openBrowser(places.origin);
  teller.chapter('Two stages');
  await signIn(security, 'security@example.com', places, teller);
  await twoStages({ engineer, approver, security }, teller);

  teller.chapter('Break the glass');
  await breakTheGlass({ engineer, approver, security }, teller);
  await inTheMailbox(places.awsEndpoint, teller);

  teller.chapter('In Slack');
  await inSlack(places.slackOrigin, { engineer, approver, security }, teller);

  teller.chapter('In Teams');
  await inTeams(places.teamsOrigin, { engineer, approver, security }, teller);

  teller.chapter('A hold');
  await hold({ engineer, approver, security }, id, teller);

  teller.chapter('For half a day, by a token that the broker signs');
  await forHours(BY_TOKEN, engineer, places, teller);
  const published = await engineer.call('GET', '/.well-known/jwks.json');
  teller.step('AWS verified it with keys that anybody may read', String(published.status), published.status === 200);

  teller.chapter('For a working day, by a SAML response that the broker signs');
  await forHours(BY_RESPONSE, engineer, places, teller);

  teller.chapter('Only a part of a role');
  await onlyAPart(engineer, places, teller);

  teller.chapter('From a pipeline, without a browser');
  await fromPipeline(places, id, teller);

  teller.chapter('From the company’s own directory, by SAML');
  await fromTheDirectory(places, teller);

  teller.chapter('Revoke');
  const revoked = await approver.call('POST', `/v1/requests/${id}/revoke`, { reason: 'The incident is over.' });
  teller.step(
    'the approver revokes',
    requestIn(revoked)?.status ?? codeOf(revoked),
    requestIn(revoked)?.status === 'revoked',
  );
  await refused(engineer, id, 'revoked', 'credentials after the revoke', teller);
  if (credentials) await endsSoon(credentials, places.awsEndpoint, teller);

  teller.chapter('The record');
  await readTheRecord(engineer, id, teller);
  return teller.end();
};

interface ForHours {
  readonly entitlementId: string;
  readonly roleName: string;
  readonly durationSeconds: number;
}

const BY_TOKEN: ForHours = { entitlementId: 'staging-admin', roleName: 'Admin', durationSeconds: 12 * 3600 };
const BY_RESPONSE: ForHours = { entitlementId: 'legacy-admin', roleName: 'LegacyAdmin', durationSeconds: 8 * 3600 };

const forHours = async (
  { entitlementId, roleName, durationSeconds }: ForHours,
  browser: Browser,
  { awsEndpoint }: Places,
  teller: Teller,
): Promise<void> => {
  const justification = 'A migration that runs until tonight.';
  const asked = await browser.call('POST', '/v1/requests', { entitlementId, justification, durationSeconds });
  const reply = await browser.call('POST', `/v1/requests/${requestIn(asked)?.id ?? ''}/credentials`);
  const { data } = credentialsSchema.safeParse(reply.json);
  const secondsLeft = data ? (Date.parse(data.Expiration) - Date.now()) / 1000 : 0;
  teller.step(
    'the session is not cut off after an hour, as a chained one would be',
    data ? `until ${data.Expiration}` : `${reply.status} ${codeOf(reply)}`,
    secondsLeft > durationSeconds - 600,
  );
  if (!data) return;
  const { arn } = await whoAndWhat(data, awsEndpoint);
  teller.step('it says whose it is', arn, arn.includes(`assumed-role/${roleName}/engineer@example.com=`));
};

/** Two buckets' worth of reading, of which the task needs one file. */
const onlyAPart = async (browser: Browser, { awsEndpoint }: Places, teller: Teller): Promise<void> => {
  const asked = await browser.call('POST', '/v1/requests', {
    ...{ entitlementId: 'prod-read', justification: 'I only need one report.', durationSeconds: 900 },
    scope: { actions: ['s3:GetObject'], resources: ['arn:aws:s3:::prod-reports/*'] },
  });
  const words = requestIn(asked)?.scope?.words.join(' ') ?? codeOf(asked);
  teller.step(
    'the engineer asks for no more than the task needs',
    words,
    words === 's3: GetObject on prod-reports/* of s3',
  );
  const reply = await browser.call('POST', `/v1/requests/${requestIn(asked)?.id ?? ''}/credentials`);
  const { data } = credentialsSchema.safeParse(reply.json);
  const { buckets } = data ? await whoAndWhat(data, awsEndpoint) : { buckets: codeOf(reply) };
  teller.step('and AWS allows no more, though the role does', buckets, buckets === 'AccessDenied');
};

const issue = async (browser: Browser, id: string, teller: Teller): Promise<Credentials | undefined> => {
  const reply = await browser.call('POST', `/v1/requests/${id}/credentials`);
  const { data } = credentialsSchema.safeParse(reply.json);
  teller.step(
    'the engineer gets temporary credentials',
    data ? `until ${data.Expiration}` : `${reply.status} ${codeOf(reply)}`,
    data !== undefined,
  );
  teller.step(
    'and nobody may store them',
    reply.headers.get('cache-control') ?? '',
    reply.headers.get('cache-control') === 'no-store',
  );
  return data;
};

const openTheConsole = async (browser: Browser, id: string, teller: Teller): Promise<void> => {
  const reply = await browser.call('POST', `/v1/requests/${id}/console`);
  const { data } = z.strictObject({ url: z.url(), expiresAt: z.iso.datetime() }).safeParse(reply.json);
  teller.step(
    'the engineer gets a console sign-in URL',
    data ? `until ${data.expiresAt}` : `${reply.status} ${codeOf(reply)}`,
    data !== undefined,
  );
  if (!data) return;
  const page = await browser.visit(data.url);
  const text = await page.text();
  teller.step(
    'the console shows whose session it is',
    `${page.status}`,
    page.ok && text.includes('engineer@example.com='),
  );
};

const fromPipeline = async ({ origin, issuer }: Places, id: string, teller: Teller): Promise<void> => {
  const token = await (await fetch(`${issuer}/token?account=engineer@example.com`)).text();
  const exchanged = await exchange(origin, token.trim());
  const { data } = z.looseObject({ access_token: z.string(), expires_in: z.number() }).safeParse(exchanged.json);
  teller.step(
    'an ID token becomes an access token',
    data ? `for ${data.expires_in} s` : String(exchanged.status),
    data !== undefined,
  );
  const again = await exchange(origin, token.trim());
  teller.step('but only once', JSON.stringify(again.json['error']), again.status === 400);
  const reply = await callAs(origin, data?.access_token ?? '', 'POST', `/v1/requests/${id}/credentials`);
  teller.step(
    'which gets credentials of the same grant',
    String(reply.status),
    credentialsSchema.safeParse(reply.json).success,
  );
};

/** Somebody whose directory speaks SAML, and who wants no more than the console. */
const fromTheDirectory = async (places: Places, teller: Teller): Promise<void> => {
  const browser = openBrowser(places.origin);
  await signIn(browser, 'engineer@example.com', places, teller, 'local-saml');
  const asked = await browser.call('POST', '/v1/requests', {
    entitlementId: 'prod-read',
    justification: 'I only want to look at the queue.',
    durationSeconds: 900,
  });
  teller.step(
    'who asks for prod-read, which needs nobody’s yes',
    requestIn(asked)?.status ?? codeOf(asked),
    requestIn(asked)?.status === 'approved',
  );
  await openTheConsole(browser, requestIn(asked)?.id ?? '', teller);
  const assertion = await (await fetch(new URL('/assertion?account=engineer@example.com', places.samlIssuer))).text();
  const exchanged = await exchange(places.origin, assertion, 'saml2');
  teller.step(
    'a SAML assertion becomes an access token too',
    String(exchanged.status),
    typeof exchanged.json['access_token'] === 'string',
  );
};

const readTheRecord = async (browser: Browser, id: string, teller: Teller): Promise<void> => {
  const reply = await browser.call('GET', `/v1/requests/${id}`);
  const { data: events = [] } = eventsSchema.safeParse(reply.json['events']);
  for (const { at, type } of events) teller.say(`      ${at}  ${type}`);
  const types = events.map(({ type }) => type);
  const expected = [
    'request.submitted',
    'credentials.refused',
    'request.approved',
    'credentials.intended',
    'credentials.issued',
    'console.issued',
    'request.extension_requested',
    'request.revoked',
  ];
  const missing = expected.filter((type) => !types.includes(type));
  teller.step(
    'everything is in the ledger',
    missing.length === 0 ? `${types.length} events` : `missing: ${missing.join(', ')}`,
    missing.length === 0,
  );
  const chain = events.filter(({ stream }) => stream === `request#${id}`);
  const linked = chain.every(({ prevHash }, index) => prevHash === (chain[index - 1]?.hash ?? ''));
  teller.step(
    'each event holds the hash of the one before it',
    linked ? 'linked' : 'broken',
    linked && chain.length > 0,
  );
  teller.step('and no secret', '', !JSON.stringify(reply.json).includes('SecretAccessKey'));
};
