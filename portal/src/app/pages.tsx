import type { ComponentChild } from 'preact';
import { AskPage } from '../ask/ask-page.tsx';
import { Home } from '../ask/home.tsx';
import { RequestPage } from '../waiting/request-page.tsx';
import { lazily } from './lazily.tsx';
import { Page } from './page.tsx';
import type { Place } from './place.ts';

const Queue = lazily(async () => (await import('../decide/queue.tsx')).Queue);
const History = lazily(async () => (await import('../see/history.tsx')).History);
const Audit = lazily(async () => (await import('../see/audit.tsx')).Audit);
const Search = lazily(async () => (await import('../see/search.tsx')).Search);
const Dossier = lazily(async () => (await import('../see/dossier.tsx')).DossierPage);
const Account = lazily(async () => (await import('../account/account.tsx')).Account);

export const pageOf = (place: Place): ComponentChild => {
  switch (place.page) {
    case 'home':
      return <Home />;
    case 'ask':
      return <AskPage entitlementId={place.entitlementId} />;
    case 'request':
      return <RequestPage requestId={place.requestId} />;
    case 'decide':
      return <Queue />;
    case 'history':
      return <History />;
    case 'audit':
      return <Audit />;
    case 'search':
      return <Search />;
    case 'dossier':
      return <Dossier requestId={place.requestId} />;
    case 'account':
      return <Account />;
    case 'nowhere':
      return <Nowhere />;
  }
};

const Nowhere = () => (
  <Page title="No such page">
    <p>
      There is nothing at this address. <a href="/">Begin at the first page.</a>
    </p>
  </Page>
);
