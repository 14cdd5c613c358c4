import type { Desk, Patience } from '../lib/broker/broker.ts';
import { decideRequest } from '../lib/broker/decide-request.ts';
import { listEntitlements } from '../lib/broker/list-entitlements.ts';
import { listRequests } from '../lib/broker/list-requests.ts';
import { askersAnywhere, onDuty } from '../lib/broker/on-duty.ts';
import { viewRequests } from '../lib/broker/request-view.ts';
import { submitRequest } from '../lib/broker/submit-request.ts';
import type { ChatAct } from '../lib/chatops/act.ts';
import { homeCards } from '../lib/chatops/home.ts';
import type { Card, Chat } from '../lib/chatops/port.ts';
import * as replies from '../lib/chatops/replies.ts';
import { present } from '../lib/config/present.ts';
import type { Principal } from '../lib/domain/principal.ts';
import { requestsRoutes } from '../lib/http/contract/requests.ts';
import { checked } from '../lib/http/faults.ts';

type Saying<T extends ChatAct['saying']['type']> = Extract<ChatAct['saying'], { type: T }>;

/** How many of somebody's requests fit into a message. */
const LISTED = 10;

/** Among how many of somebody's last requests those are looked for that live. */
const AT_HOME = 100;

/** Somebody who acts in chat, and who they are. */
export interface Acting {
  readonly principal: Principal;
  readonly chat: Chat;
  readonly act: ChatAct;
  readonly patience: Patience;
}

/** By the use cases and schemas of the HTTP API. @returns what whoever acted is told @throws HatcheckError; ChatError */
export const actAs = (desk: Desk, acting: Acting): Promise<Card | undefined> => {
  const { saying } = acting.act;
  switch (saying.type) {
    case 'approve':
    case 'deny':
    case 'revoke':
      return decide(desk, acting, saying);
    case 'ask':
      return ask(desk, acting, saying);
    case 'form':
      return openForm(desk, acting, saying);
    case 'home':
      return showHome(desk, acting);
    default:
      return list(desk, acting);
  }
};

const decide = async (
  desk: Desk,
  { principal, act, patience }: Acting,
  { requestId, seq, ...said }: Saying<'approve' | 'deny' | 'revoke'>,
): Promise<undefined> => {
  // What a grant is ended for does not hang on what was seen of it.
  const shown = said.type === 'revoke' ? said : { ...said, ...present({ seq }) };
  const { type, ...body } = shown;
  checked(requestsRoutes[`POST /v1/requests/{id}/${type}`].body(), body, '/');
  await decideRequest(desk, { requestId, principal, channel: 'chat', act: shown, idempotencyKey: act.id, patience });
};

const ask = async (
  desk: Desk,
  { principal, act, patience }: Acting,
  { type: _ask, ...said }: Saying<'ask'>,
): Promise<Card> => {
  checked(requestsRoutes['POST /v1/requests'].body(), said, '/');
  const request = await submitRequest(desk, { principal, ask: said, idempotencyKey: act.id, patience });
  const title = desk.policy.entitlements.get(request.entitlementId)?.title ?? request.entitlementId;
  return replies.askedCard({ title, requestId: request.id, approved: request.stages.length === 0 });
};

const openForm = async (
  desk: Desk,
  { principal, chat, act }: Acting,
  { trigger }: Saying<'form'>,
): Promise<Card | undefined> => {
  const mine = listEntitlements(desk.policy, await onDuty(desk, principal, askersAnywhere(desk.policy)));
  if (mine.length === 0) return replies.nothingToAskCard();
  const entitlements = mine.map(({ id, title, maxDurationSeconds, ticket }) => ({
    ...{ id, title, maxDurationSeconds, ticketRequired: ticket?.required ?? false },
  }));
  const opened = trigger === undefined ? 'too_late' : await chat.openForm(act, trigger, { entitlements });
  return opened === 'opened' ? undefined : replies.tooLateCard();
};

const list = async (desk: Desk, { principal }: Acting): Promise<Card> => {
  const { requests } = await listRequests(desk, principal, { as: 'requester', limit: LISTED });
  const views = await viewRequests(desk, principal, requests, 'chat');
  return replies.listCard(
    views.map(({ title, status, grant }) => ({ title, status: grant ? `${status}, grant ${grant.state}` : status })),
  );
};

/** What they hold and what they wait for, on their own page of the app: written anew each time that it is opened. */
const showHome = async (desk: Desk, { principal, chat, act }: Acting): Promise<undefined> => {
  const { requests } = await listRequests(desk, principal, { as: 'requester', limit: AT_HOME });
  const views = await viewRequests(desk, principal, requests, 'chat');
  await chat.home(act.account, homeCards(views, desk.clock.now()));
};
