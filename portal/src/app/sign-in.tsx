import { Page } from './page.tsx';
import { signInPath } from './place.ts';
import { here } from './router.ts';

/** For whoever is not signed in, or no longer: the sign-in comes back to where they are. */
export const SignIn = ({ isBack }: { isBack: boolean }) => (
  <Page title={isBack ? 'Your session has ended' : 'Sign in'}>
    {isBack ? (
      <p role="alert">Sign in again: you come back here, and what you were writing is still there.</p>
    ) : (
      <p>Borrow an AWS role for a while: ask, be approved, give it back.</p>
    )}
    <p>
      <a class="button" href={signInPath(here())}>
        Sign in
      </a>
    </p>
  </Page>
);
