import { Refused, saidOf } from '../api/problem.ts';
import { signInPath } from '../app/place.ts';
import { here } from '../app/router.ts';
import { Untrusted } from './untrusted.tsx';

/** What went wrong and what to do next; a sign-in that would help is one click away, and comes back. */
export const Fault = ({ error }: { error: unknown }) => {
  if (error === undefined) return null;
  const { says, next } = saidOf(error);
  const loginUrl = error instanceof Refused ? error.loginUrl : undefined;
  return (
    <div role="alert" class="fault">
      <Untrusted text={says} />
      {next !== undefined && ` ${next}`}
      {loginUrl !== undefined && (
        <p>
          <a class="button" href={signInPath(here(), loginUrl)}>
            Sign in again
          </a>
        </p>
      )}
    </div>
  );
};
