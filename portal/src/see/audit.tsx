import { Page } from '../app/page.tsx';
import { List } from './list.tsx';

/** Everybody's requests, for auditors; each leads to its dossier. */
export const Audit = () => (
  <Page title="Everybody’s requests">
    <p>
      <a href="/audit/search">Search the record</a>: who could do what, and what happened.
    </p>
    <List
      as="auditor"
      hint="In people, roles, accounts, tickets, reasons."
      empty="There is nothing, or nothing that is yours to see."
    />
  </Page>
);
