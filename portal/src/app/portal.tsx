import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { pageOf } from './pages.tsx';
import { placeAt } from './place.ts';
import { useAddress } from './router.ts';
import { SessionContext, useOwnSession } from './session.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';
import { AuditorContext, useWays } from './ways.ts';

export const Portal = () => {
  const { path } = useAddress();
  const { standing, me, fault } = useOwnSession();
  const place = placeAt(path);
  const isIn = standing === 'signedIn' || standing === 'maybe';
  const ways = useWays(me !== undefined);
  return (
    <SessionContext.Provider value={me}>
      <AuditorContext.Provider value={ways.isAuditor}>
        <Shell me={me} page={place.page} {...ways}>
          {(standing === 'signedOut' || standing === 'expired') && <SignIn isBack={standing === 'expired'} />}
          {(standing === 'unknown' || standing === 'maybeAnother') && !fault && <Loading />}
          <Fault error={me ? undefined : fault} />
          {isIn && <div key={path}>{pageOf(place)}</div>}
        </Shell>
      </AuditorContext.Provider>
    </SessionContext.Provider>
  );
};
