import { Page } from '../app/page.tsx';
import { useMe } from '../app/session.tsx';
import { Fact, Facts } from '../parts/facts.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';

/** Who one is here. */
export const Account = () => {
  const me = useMe();
  return (
    <Page title="Your account">
      {me && (
        <Facts>
          <Fact name="Name">
            <Untrusted text={me.principal.displayName ?? me.principal.handle} />
          </Fact>
          <Fact name="Signed in">
            <When at={me.principal.authenticatedAt} />
          </Fact>
        </Facts>
      )}
    </Page>
  );
};
