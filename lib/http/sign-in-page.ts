import type { Answer } from './call.ts';
import { hiddenFields, html, page, pagePolicy, signOutForm, timeOf } from './page.ts';

export interface SignInQuestion {
  /** Who would be signed in: e-mail address or name, and handle. */
  readonly person: string;
  readonly redirectUri: string;
  /** When it is over at the latest. */
  readonly until: string;
  readonly csrf: string;
  /** What the form sends back as it came. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Asks whether a program on this machine may sign in: another local user could have sent the browser here (RFC 8252, 8.6 and 8.7), and the
 * answer takes a click on a page that no other site can frame.
 */
export const signInPage = ({ person, redirectUri, until, csrf, fields }: SignInQuestion): Answer => ({
  status: 200,
  html: page(
    'Sign in the command line',
    html`<h1>Sign in the command line?</h1>
      <p>
        The <code>hatcheck</code> command line on this machine asks to sign in as <strong>${person}</strong>, with all
        that you may do, until ${timeOf(until)} at the latest. It waits at <code>${redirectUri}</code>.
      </p>
      <p class="warning">Allow this only if you have just run <code>hatcheck login</code> yourself.</p>
      <form method="post" action="/oauth/authorize">
        ${hiddenFields({ ...fields, csrf })}
        <button class="main" name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Deny</button>
      </form>
      ${signOutForm(csrf)}`,
  ),
  headers: {
    // Browsers hold the redirects of a form to `form-action` too; a source list has no words for an IPv6 address.
    'content-security-policy': pagePolicy(
      `'self' ${redirectUri.startsWith('http://[') ? 'http:' : new URL(redirectUri).origin}`,
    ),
    // With `no-referrer` the form would come with `Origin: null`.
    'referrer-policy': 'same-origin',
  },
});
