import type { Desk, Patience } from '../lib/broker/broker.ts';
import { decideRequest } from '../lib/broker/decide-request.ts';
import { listEntitlements } from '../lib/broker/list-entitlements.ts';
import { askersAnywhere, onDuty } from '../lib/broker/on-duty.ts';
import { submitRequest } from '../lib/broker/submit-request.ts';
import type { ChatAct } from '../lib/chatops/act.ts';
import type { Card, Chat } from '../lib/chatops/port.ts';
import * as replies from '../lib/chatops/replies.ts';
import { present } from '../lib/config/present.ts';
import type { Principal } from '../lib/domain/principal.ts';
import { requestsRoutes } from '../lib/http/contract/requests.ts';
import { checked } from '../lib/http/faults.ts';
import { list, showHome } from './chat-lists.ts';

type Saying<T extends ChatAct['saying']['type']> = Extract<ChatAct['saying'], { type: T }>;

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
