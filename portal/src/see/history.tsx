import { Page } from '../app/page.tsx';
import { List } from './list.tsx';

/** What whoever is signed in asked for, newest first. */
export const History = () => (
  <Page title="Your history">
    <List as="requester" hint="In roles, accounts, tickets, reasons." empty="You asked for nothing yet." />
  </Page>
);
