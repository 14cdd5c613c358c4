import type { ComponentChildren } from 'preact';
import type { Me } from '../api/calls.ts';
import { Untrusted } from '../parts/untrusted.tsx';
import { Announcer } from './announcer.tsx';
import { KeysChoice } from './keys.tsx';
import { NetworkNotice } from './network.tsx';
import type { Place } from './place.ts';
import { leave } from './session.tsx';
import { ThemeChoice } from './theme.tsx';

interface ShellProps {
  readonly me: Me | undefined;
  /** For whom: nobody gets no way to anywhere. */
  readonly page: Place['page'];
  readonly waiting: number;
  readonly isAuditor: boolean;
  readonly children: ComponentChildren;
}

/** What stands around each page. */
export const Shell = ({ me, page, waiting, isAuditor, children }: ShellProps) => (
  <>
    <a class="skip" href="#content">
      Skip to the content
    </a>
    <header>
      <a class="brand" href="/">
        Hatcheck
      </a>
      {me && <SignedIn me={me} />}
      {me && (
        <nav aria-label="Pages">
          <Way to="/" isHere={page === 'home' || page === 'ask'} name="Ask" />
          <Way to="/decide" isHere={page === 'decide'} name="Decide" count={waiting} />
          <Way to="/history" isHere={page === 'history'} name="History" />
          {isAuditor && <Way to="/audit" isHere={['audit', 'search', 'dossier'].includes(page)} name="Audit" />}
          <Way to="/account" isHere={page === 'account'} name="Account" />
        </nav>
      )}
    </header>
    <NetworkNotice />
    <main id="content" tabIndex={-1}>
      {children}
    </main>
    <footer>
      <ThemeChoice />
      {me && <KeysChoice />}
    </footer>
    <Announcer />
  </>
);

const SignedIn = ({ me: { principal, csrf } }: { me: Me }) => (
  <form method="post" action="/logout" class="signed-in" onSubmit={leave}>
    <Untrusted text={principal.displayName ?? principal.email ?? principal.handle} />
    <input type="hidden" name="csrf" value={csrf} />
    <button type="submit" class="quiet">
      Sign out
    </button>
  </form>
);

const Way = ({ to, isHere, name, count = 0 }: { to: string; isHere: boolean; name: string; count?: number }) => (
  <a href={to} {...(isHere ? { 'aria-current': 'page' } : {})}>
    {name}
    {count > 0 && (
      <span class="count">
        {count}
        <span class="unseen"> waiting for you</span>
      </span>
    )}
  </a>
);
