import type { Answer } from './call.ts';
import { codeField, formPage, hiddenFields, html, signOutForm, timeOf } from './page.ts';

/** Asks for the code that the machine shows. `code` is what is typed already. */
export const userCodePage = ({
  code,
  csrf,
  isUnknown,
}: {
  readonly code: string;
  readonly csrf: string;
  readonly isUnknown: boolean;
}): Answer =>
  formPage(
    'Sign in a device',
    html`<h1>Sign in a device</h1>
      ${isUnknown ? [html`<p role="alert">No device waits with this code, or no longer. Look again at what it shows.</p>`] : []}
      <form method="post" action="/device">
        ${hiddenFields({ csrf })}
        <label for="user_code">The code that the device shows</label>
        ${codeField('user_code', code)}
        <button class="main">Go on</button>
      </form>
      ${signOutForm(csrf)}`,
  );

export interface DeviceQuestion {
  /** Who would be signed in: e-mail address or name. */
  readonly person: string;
  readonly userCode: string;
  readonly askedFrom: string;
  readonly askedAt: string;
  /** When it is over at the latest. */
  readonly until: string;
  /** The address that this browser comes from. */
  readonly here: string;
  readonly csrf: string;
}

/** Asks whether a machine somewhere may sign in. Whoever began it may be anybody (RFC 8628, 5.4): the page says all that is known of them. */
export const deviceQuestionPage = ({
  person,
  userCode,
  askedFrom,
  askedAt,
  until,
  here,
  csrf,
}: DeviceQuestion): Answer =>
  formPage(
    'Sign in a device',
    html`<h1>Sign in this device?</h1>
      <p>
        A device asks to sign in as <strong>${person}</strong>, with all that you may do, until ${timeOf(until)} at the
        latest.
      </p>
      <dl>
        <dt>Program</dt>
        <dd><code>hatcheck</code> command line</dd>
        <dt>Code</dt>
        <dd class="code">${userCode}</dd>
        <dt>Asked at</dt>
        <dd>${timeOf(askedAt)}</dd>
        <dt>From</dt>
        <dd>${askedFrom}${askedFrom === here ? ', as this browser' : `; this browser is at ${here}`}</dd>
      </dl>
      <p class="warning">
        Allow this only if you started it yourself a moment ago, and the code is on a screen before you. If somebody
        sent you the code or asked you to type it, deny: they would be signed in as you.
      </p>
      <form method="post" action="/device">
        ${hiddenFields({ csrf, user_code: userCode })}
        <button class="main" name="decision" value="allow">Allow</button>
        <button name="decision" value="deny">Deny</button>
      </form>
      ${signOutForm(csrf)}`,
  );

/** What came of it. */
export const deviceDecidedPage = (decision: 'allow' | 'deny', csrf: string): Answer =>
  decision === 'allow'
    ? formPage(
        'Allowed',
        html`<h1>Allowed</h1>
          <p>The device goes on by itself within some seconds. You may close this page.</p>
          ${signOutForm(csrf)}`,
      )
    : formPage(
        'Denied',
        html`<h1>Denied</h1>
          <p>The device is not signed in. If you did not start this, tell your security team.</p>
          ${signOutForm(csrf)}`,
      );
