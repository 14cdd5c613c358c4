import type { RequestView } from '../api/calls.ts';
import { Untrusted } from './untrusted.tsx';

type Person = RequestView['requester'];

/** Who: the name that their identity provider gives, and the address, which is harder to choose. */
export const PersonName = ({ of: { displayName, email, handle } }: { of: Person }) => (
  <span class="person">
    <Untrusted text={displayName ?? email ?? handle} />
    {displayName !== undefined && email !== undefined && (
      <>
        {' '}
        <small>
          (<Untrusted text={email} />)
        </small>
      </>
    )}
  </span>
);
