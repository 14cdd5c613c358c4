import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { callAs, exchange, openBrowser } from '../../../local/browser.ts';
import { type Account, person } from '../../../local/idp/accounts.ts';
import type { TestStack } from '../../support/stack.ts';

/** Each asks for themselves, so that nobody comes to a limit. */
export const engineers = (count: number): readonly Account[] =>
  Array.from({ length: count }, (_, index) =>
    person(`engineer${index}@example.com`, `Engineer ${index}`, ['engineering', 'sre']),
  );

const requestSchema = z.object({ request: z.object({ id: z.string() }) });
const meSchema = z.object({ principal: z.object({ handle: z.string() }) });
const tokenSchema = z.object({ access_token: z.string() });

const ASKS = [
  { entitlementId: 'prod-read', durationSeconds: 900 },
  { entitlementId: 'staging-admin', durationSeconds: 1800 },
  { entitlementId: 'legacy-admin', durationSeconds: 1800 },
];

const ISSUES_EACH = 6;
const EXCHANGES = 15;

/** What somebody does of a morning, in the portal and on the command line. @returns their handle */
export const morning = async (stack: TestStack, account: Account): Promise<string> => {
  const browser = await stack.signedIn(account.id);
  for (const path of ['/', '/healthz', '/openapi.json', '/.well-known/openid-configuration', '/.well-known/jwks.json'])
    await (await browser.open(path)).arrayBuffer();
  for (const path of [
    '/v1/me',
    '/v1/sessions',
    '/v1/identities',
    '/v1/entitlements',
    '/v1/requests',
    '/v1/delegations',
  ])
    await browser.call('GET', path);
  for (const ask of ASKS) {
    const asked = await browser.call('POST', '/v1/requests', {
      ...ask,
      justification: `It is stuck: ${randomUUID()}.`,
    });
    const { id } = requestSchema.parse(asked.json).request;
    for (let issued = 0; issued < ISSUES_EACH; issued += 1)
      await browser.call('POST', `/v1/requests/${id}/credentials`);
    await browser.call('POST', `/v1/requests/${id}/console`, {});
    await browser.call('GET', `/v1/requests/${id}`);
    await browser.call('POST', `/v1/requests/${id}/end`);
  }
  // Two of one account within a second would be one token, and is taken once.
  for (let exchanged = 0; exchanged < EXCHANGES; exchanged += 1) {
    const { json } = await exchange(
      stack.origin,
      await stack.oidc.idToken(account.id, { lifetimeSeconds: 600 - exchanged }),
    );
    const { access_token: token } = tokenSchema.parse(json);
    await callAs(stack.origin, token, 'GET', '/v1/requests?as=approver');
  }
  const { json } = await browser.call('GET', '/v1/me');
  return meSchema.parse(json).principal.handle;
};

/** What those see and take back who look after the others. */
export const lookedAfter = async (stack: TestStack): Promise<void> => {
  await openBrowser(stack.origin).visit(`${stack.origin}/login?provider=local-saml&loginHint=engineer@example.com`);
  const [approver, auditor] = [
    await stack.signedIn('approver@example.com'),
    await stack.signedIn('auditor@example.com'),
  ];
  await approver.call('GET', '/v1/requests?as=approver&status=pending');
  const { json } = await auditor.call('GET', '/v1/requests?as=auditor&limit=50');
  const { requests } = z.object({ requests: z.array(z.object({ id: z.string() })) }).parse(json);
  for (const { id } of requests.slice(0, 3)) await auditor.call('GET', `/v1/audit/requests/${id}`);
  for (const path of ['/v1/audit?limit=50', '/v1/audit/verify']) await auditor.call('GET', path);
};

/** Until all that was done is told, in the log, signed and exported. */
export const settled = async (stack: TestStack): Promise<void> => {
  await stack.ledgerStream.poll();
  for (const queue of stack.queues) await queue.poll();
  await stack.schedule.run();
  await stack.ledgerStream.poll();
  await stack.checkpoints.run();
  await stack.exports.run();
};
