import { Page } from '../app/page.tsx';
import { useMe } from '../app/session.tsx';
import { Fact, Facts } from '../parts/facts.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';
import { CopyHandle } from './copy-handle.tsx';
import { Delegations } from './delegations.tsx';
import { Identities } from './identities.tsx';
import { Sessions } from './sessions.tsx';

/** Who one is here, where one is signed in, and who decides in one's place. */
export const Account = () => (
  <Page title="Your account">
    <You />
    <Identities />
    <Delegations />
    <Sessions />
  </Page>
);

const You = () => {
  const me = useMe();
  if (!me) return null;
  const { displayName, email, handle, issuer, groups, authenticatedAt } = me.principal;
  return (
    <Facts>
      {displayName !== undefined && (
        <Fact name="Name">
          <Untrusted text={displayName} />
        </Fact>
      )}
      {email !== undefined && (
        <Fact name="E-mail">
          <Untrusted text={email} />
        </Fact>
      )}
      <Fact name="Vouched by">
        <Untrusted text={issuer} />
      </Fact>
      <Fact name="Groups">{groups.length === 0 ? 'none' : <Untrusted text={groups.join(', ')} />}</Fact>
      <Fact name="Handle">
        <CopyHandle handle={handle} />
      </Fact>
      <Fact name="Signed in">
        <When at={authenticatedAt} />
      </Fact>
    </Facts>
  );
};
