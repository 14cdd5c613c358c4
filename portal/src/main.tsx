import { render } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import {
  type EntitlementView,
  type Me,
  Refused,
  type RequestView,
  readEntitlements,
  readMe,
  readRequests,
} from './api.ts';
import { Entitlements } from './ask.tsx';
import { Fault } from './parts.tsx';
import { Request } from './request.tsx';

interface Seen {
  readonly me: Me;
  readonly entitlements: readonly EntitlementView[];
  readonly mine: readonly RequestView[];
  readonly waiting: readonly RequestView[];
  /** Empty for whoever is no auditor. */
  readonly everybodys: readonly RequestView[];
}

const readAll = async (): Promise<Seen> => {
  // First alone: signed out, the rest would only be refused as well.
  const me = await readMe();
  const [entitlements, mine, approving, everybodys] = await Promise.all([
    readEntitlements(),
    readRequests('requester'),
    readRequests('approver'),
    readRequests('auditor'),
  ]);
  return { me, entitlements, mine, waiting: approving.filter(({ actions }) => actions.length > 0), everybodys };
};

const POLL_MS = 5000;
const POLL_AT_MOST_MS = 60_000;

/** What the server says, again every few seconds; more and more rarely while it does not answer, and not at all unseen. */
const useSeen = () => {
  const [seen, setSeen] = useState<Seen>();
  const [fault, setFault] = useState<unknown>();
  const read = useCallback(async (): Promise<boolean> => {
    try {
      setSeen(await readAll());
      setFault(undefined);
      return true;
    } catch (error) {
      setFault(error);
      return false;
    }
  }, []);

  const signedOut = fault instanceof Refused && fault.status === 401;
  useEffect(() => {
    if (signedOut) return undefined;
    let waitMs = POLL_MS;
    let timer: ReturnType<typeof setTimeout>;
    const tick = (): void => {
      timer = setTimeout(() => {
        if (document.hidden) tick();
        else
          void read().then((answered) => {
            waitMs = answered ? POLL_MS : Math.min(waitMs * 2, POLL_AT_MOST_MS);
            tick();
          });
      }, waitMs);
    };
    void read().then(tick);
    return () => {
      clearTimeout(timer);
    };
  }, [read, signedOut]);
  return { seen, fault, signedOut, read };
};

const Portal = () => {
  const { seen, fault, signedOut, read } = useSeen();
  const again = (): void => void read();
  if (signedOut)
    return (
      <Page>
        <p>Borrow an AWS role for a while: ask, be approved, give it back.</p>
        <p>
          <a class="button" href="/login?returnTo=%2F">
            Sign in
          </a>
        </p>
      </Page>
    );
  if (!seen)
    return (
      <Page>
        <p role="status">Loading…</p>
        <Fault error={fault} />
      </Page>
    );
  const { me, entitlements, mine, waiting, everybodys } = seen;
  return (
    <Page me={me}>
      <Fault error={fault} />
      {waiting.length > 0 && (
        <Requests id="waiting" title="For you to decide" requests={waiting} csrf={me.csrf} onActed={again} />
      )}
      <Requests id="mine" title="Your requests" requests={mine} csrf={me.csrf} onActed={again} />
      <Entitlements entitlements={entitlements} onAsked={again} />
      {everybodys.length > 0 && (
        <Requests id="everybodys" title="Everybody’s requests" requests={everybodys} csrf={me.csrf} onActed={again} />
      )}
    </Page>
  );
};

const Page = ({ me, children }: { me?: Me; children: preact.ComponentChildren }) => (
  <>
    <header>
      <h1>Hatcheck</h1>
      {me && (
        <form method="post" action="/logout">
          <bdi>{me.principal.displayName ?? me.principal.email ?? me.principal.handle}</bdi>{' '}
          <input type="hidden" name="csrf" value={me.csrf} />
          <button type="submit">Sign out</button>
        </form>
      )}
    </header>
    <main>{children}</main>
  </>
);

interface RequestsProps {
  readonly id: string;
  readonly title: string;
  readonly requests: readonly RequestView[];
  readonly csrf: string;
  readonly onActed: () => void;
}

const Requests = ({ id, title, requests, csrf, onActed }: RequestsProps) => (
  <section aria-labelledby={id}>
    <h2 id={id}>{title}</h2>
    {requests.length === 0 && <p>None yet.</p>}
    <ul class="cards">
      {requests.map((request) => (
        <Request key={request.id} request={request} csrf={csrf} onActed={onActed} />
      ))}
    </ul>
  </section>
);

const root = document.getElementById('portal');
if (root) render(<Portal />, root);
