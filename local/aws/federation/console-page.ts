import { accessRequest, decide } from '../service.ts';
import type { ServiceCall } from '../service.ts';
import { sessionArn } from '../session.ts';
import type { Answer } from '../wire.ts';
import { html, page } from './html.ts';
import type { Html } from './html.ts';

/** Where the console asks from; the pages show nothing that depends on it. */
export const CONSOLE_REGION = 'eu-west-1';

/** The page that says whom the console session belongs to and what it may do just now. `endsAt` in epoch milliseconds. */
export function consolePage(call: ServiceCall, endsAt: number): Answer {
  const { role, session, now } = call;
  const tags = Object.entries(session.tags).map(
    ([key, value]) => html`<li><code>${key}</code> = <code>${value}</code></li>`,
  );
  return page(
    200,
    `${role.name} in ${role.account}`,
    html`<header>
        <strong>Local AWS console</strong><span>a stand-in on this machine, not AWS</span>
        <a href="/console/logout">Sign out</a>
      </header>
      <main>
        <section>
          <h1>${role.name} in account ${role.account}</h1>
          <dl>
            <dt>Account</dt>
            <dd id="account">${role.account}</dd>
            <dt>Role</dt>
            <dd id="role"><code>${role.arn}</code></dd>
            <dt>Role session name</dt>
            <dd id="session-name">${session.name}</dd>
            <dt>Source identity</dt>
            <dd id="source-identity">${session.sourceIdentity ?? 'none'}</dd>
            <dt>Signed in as</dt>
            <dd id="arn"><code>${sessionArn(role, session)}</code></dd>
            <dt>Session policy</dt>
            <dd id="session-policy">
              ${session.policy === undefined ? 'none' : 'yes, it limits what the role may do'}
            </dd>
            <dt>Time left</dt>
            <dd id="time-left">${duration(endsAt - now.getTime())}, until ${new Date(endsAt).toISOString()}</dd>
          </dl>
        </section>
        <section>
          <h2>Session tags</h2>
          ${
            tags.length === 0
              ? html`<p class="quiet">None.</p>`
              : html`<ul id="tags">
                  ${tags}
                </ul>`
          }
        </section>
        <section>
          <h2>S3 buckets</h2>
          ${buckets(call)}
        </section>
      </main>`,
  );
}

function buckets(call: ServiceCall): Html {
  const { role, world } = call;
  const denial = denialOf(call, 's3:ListAllMyBuckets', '*');
  if (denial !== undefined) return html`<p id="buckets" class="denied">Access denied: ${denial}.</p>`;
  const items = world.bucketsOf(role.account).map(({ name }) => {
    const reason = denialOf(call, 's3:ListBucket', name);
    if (reason === undefined) return html`<li><code>${name}</code> <span class="allowed">may be listed</span></li>`;
    return html`<li><code>${name}</code> <span class="denied">may not be listed: ${reason}</span></li>`;
  });
  return items.length === 0
    ? html`<p id="buckets">There are none.</p>`
    : html`<ul id="buckets">
        ${items}
      </ul>`;
}

function denialOf(call: ServiceCall, action: string, resource: string): string | undefined {
  const decision = decide(call, accessRequest(call, action, `arn:${call.role.partition}:s3:::${resource}`));
  return decision.allowed ? undefined : decision.reason;
}

function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const seconds = Math.floor(milliseconds / 1000) % 60;
  return minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes} min ${seconds} s`;
}

/** What stands where the console would be, for whoever is not signed in; `issuer` is where signing in begins. */
export function signedOutPage(status: number, text: string, issuer: string | undefined, setCookie?: string): Answer {
  const link =
    issuer === undefined ? html`` : html`<p>Begin again at <a id="issuer" href="${issuer}">${issuer}</a>.</p>`;
  const content = html`<header>
      <strong>Local AWS console</strong><span>a stand-in on this machine, not AWS</span>
    </header>
    <main>
      <section>
        <h1>${text}</h1>
        ${link}
      </section>
    </main>`;
  return page(status, 'Signed out', content, setCookie === undefined ? {} : { 'set-cookie': setCookie });
}
