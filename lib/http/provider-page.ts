import type { Answer } from './call.ts';
import { html, page, pagePolicy } from './page.ts';

/** One way to sign in: what it is called, and where choosing it leads. */
export interface ProviderChoice {
  readonly id: string;
  readonly href: string;
}

/** Where several identity providers are configured, lets the person say which one knows them. Links only: it works without scripts. */
export const providerPage = (choices: readonly ProviderChoice[]): Answer => ({
  status: 200,
  html: page(
    'Sign in',
    html`<h1>Sign in with</h1>
      <ul class="choices">
        ${choices.map(({ id, href }) => html`<li><a href="${href}">${id}</a></li>`)}
      </ul>`,
  ),
  headers: { 'content-security-policy': pagePolicy() },
});
