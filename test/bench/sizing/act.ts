import type { Browser, Reply } from '../../../local/browser.ts';
import type { TestStack } from '../../support/stack.ts';

/** Who takes part, each signed in. */
export interface Cast {
  readonly stack: TestStack;
  readonly engineer: Browser;
  readonly approver: Browser;
  readonly auditor: Browser;
}

/** Does something and says what was counted of it, with all that it sets off, under that name. */
export type Counted = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const ANSWER = 'text/html';

/** @throws Error when the answer is not as it should be: what goes wrong is not what anybody pays for */
const good = (reply: Reply): Reply => {
  if (reply.status >= 400) throw new Error(`${reply.status} ${JSON.stringify(reply.json)}`);
  return reply;
};

const get = async (browser: Browser, path: string): Promise<void> => {
  const answer = await browser.open(path);
  if (!answer.ok) throw new Error(`${answer.status} of ${path}`);
  await answer.arrayBuffer();
};

/** What the first page asks for with its scripts kept, and what a first visit loads besides. */
const PAGE = ['/', '/v1/me', '/v1/entitlements', '/v1/requests?as=requester'];
const POLLED = '/v1/requests?as=approver&status=pending';
const AUDITS = '/v1/requests?as=auditor&limit=1';

const assetsOf = async (browser: Browser): Promise<readonly string[]> => {
  const page = await browser.open('/');
  if (!page.headers.get('content-type')?.startsWith(ANSWER)) throw new Error('the portal is no page');
  return [...new Set([...(await page.text()).matchAll(/"(\/assets\/[^"]+)"/g)].map(([, path = '']) => path))];
};

const ask = async (by: Browser, entitlementId: string): Promise<string> => {
  const asked = { entitlementId, justification: 'The disk of db-1 is full; I have to make room.', ticket: 'OPS-7' };
  const { json } = good(await by.call('POST', '/v1/requests', { ...asked, durationSeconds: 3600 }));
  const { id } = Object(json['request']) as { readonly id?: unknown };
  return String(id);
};

const signIns = async ({ stack, engineer }: Cast, counted: Counted): Promise<void> => {
  const login = `${stack.origin}/login?provider=local-oidc&loginHint=engineer@example.com&returnTo=/healthz`;
  await counted('sign-in', async () => (await engineer.visit(login)).text());
  const post = async (path: string, form: Record<string, string>): Promise<Record<string, unknown>> => {
    const body = new URLSearchParams({ client_id: 'hatcheck-cli', ...form });
    const answer = await fetch(`${stack.origin}${path}`, { method: 'POST', body });
    if (!answer.ok) throw new Error(`${answer.status} of ${path}`);
    return Object(await answer.json()) as Record<string, unknown>;
  };
  const token = await counted('sign-in of a command line', async () => {
    const begun = await post('/oauth/device_authorization', {});
    const csrf = /name="csrf" value="([^"]+)"/.exec(await (await engineer.open('/device')).text())?.[1] ?? '';
    await engineer.submit('/device', { csrf, user_code: String(begun['user_code']), decision: 'allow' });
    const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
    return String(
      (await post('/oauth/token', { grant_type, device_code: String(begun['device_code']) }))['refresh_token'],
    );
  });
  await counted('renewal', () => post('/oauth/token', { grant_type: 'refresh_token', refresh_token: token }));
};

const pages = async ({ engineer, auditor }: Cast, counted: Counted): Promise<void> => {
  const assets = await assetsOf(engineer);
  await counted('scripts of a first visit', async () => {
    for (const asset of assets) await get(engineer, asset);
  });
  await counted('portal page', async () => {
    for (const path of [...PAGE, POLLED, AUDITS]) await get(engineer, path);
  });
  await counted('look of an open page', () => get(engineer, POLLED));
  await counted('audit search', () => get(auditor, '/v1/audit'));
};

const elevation = async ({ engineer, approver }: Cast, counted: Counted): Promise<void> => {
  const id = await counted('ask', () => ask(engineer, 'prod-admin'));
  await counted('read', () => get(engineer, `/v1/requests/${id}`));
  await counted('read to decide', () => get(approver, `/v1/requests/${id}?evidence=true`));
  const act = async (by: Browser, what: string): Promise<void> => {
    good(await by.call('POST', `/v1/requests/${id}/${what}`));
  };
  await counted('approve', () => act(approver, 'approve'));
  await counted('issue', () => act(engineer, 'credentials'));
  await counted('console', () => act(engineer, 'console'));
  await counted('end', () => act(engineer, 'end'));
};

const otherWays = async ({ engineer }: Cast, counted: Counted): Promise<void> => {
  for (const [entitlement, way] of Object.entries({ 'staging-admin': 'webIdentity', 'legacy-admin': 'saml' })) {
    const id = await counted('ask, approved at once', () => ask(engineer, entitlement));
    await counted(`issue by ${way}`, async () => good(await engineer.call('POST', `/v1/requests/${id}/credentials`)));
    await counted('end of what was signed', async () => good(await engineer.call('POST', `/v1/requests/${id}/end`)));
  }
};

const schedules = async ({ stack }: Cast, counted: Counted): Promise<void> => {
  await counted('checkpoint', () => stack.checkpoints.run());
  await counted('export', () => stack.exports.run());
  await counted('idle checkpoint', () => stack.checkpoints.run());
  await counted('idle export', () => stack.exports.run());
  await counted('idle schedule', () => stack.schedule.run());
};

/** Everything that a month is made of, once each. */
export const actOnce = async (cast: Cast, counted: Counted): Promise<void> => {
  await signIns(cast, counted);
  await pages(cast, counted);
  await elevation(cast, counted);
  await otherWays(cast, counted);
  await schedules(cast, counted);
};
