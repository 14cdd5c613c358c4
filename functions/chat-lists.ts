import type { Desk } from '../lib/broker/broker.ts';
import { listRequests } from '../lib/broker/list-requests.ts';
import { viewRequests } from '../lib/broker/request-view.ts';
import { homeCards } from '../lib/chatops/home.ts';
import type { Card } from '../lib/chatops/port.ts';
import * as replies from '../lib/chatops/replies.ts';
import type { Acting } from './chat-use-cases.ts';

/** How many of somebody's requests fit into a message. */
const LISTED = 10;

/** Among how many of somebody's last requests those are looked for that live. */
const AT_HOME = 100;

/** What they asked for last. */
export const list = async (desk: Desk, { principal }: Acting): Promise<Card> => {
  const { requests } = await listRequests(desk, principal, { as: 'requester', limit: LISTED });
  const views = await viewRequests(desk, principal, requests, { channel: 'chat' });
  return replies.listCard(
    views.map(({ title, status, grant }) => ({ title, status: grant ? `${status}, grant ${grant.state}` : status })),
  );
};

/** What they hold and what they wait for, on their own page of the app: written anew each time that it is opened. */
export const showHome = async (desk: Desk, { principal, chat, act }: Acting): Promise<undefined> => {
  const { requests } = await listRequests(desk, principal, { as: 'requester', limit: AT_HOME });
  const views = await viewRequests(desk, principal, requests, { channel: 'chat' });
  await chat.home(act.account, homeCards(views, desk.clock.now()));
};
