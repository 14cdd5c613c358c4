import type { People } from '../broker/ports.ts';
import type { Notice } from '../broker/notice.ts';
import type { ToldRequest } from '../broker/told-request.ts';
import { isMailbox } from '../domain/email.ts';
import type { Handle, PersonRef } from '../domain/principal.ts';
import type { ChatAccount } from './act.ts';
import type { ChatLinks } from './port.ts';
import type { Teller } from './tell.ts';

/** Who somebody is whom access.yml names by issuer and subject. */
export interface KnownPeople {
  /** Their handles, of those who signed in once. @throws HatcheckError `ledger_unavailable` */
  handlesOf(people: readonly PersonRef[]): Promise<readonly Handle[]>;
}

/** Where we look for people. */
export interface Register {
  readonly known: KnownPeople;
  readonly people: Pick<People, 'get'>;
  /** Which accounts are a person's. */
  readonly links: Pick<ChatLinks, 'of'>;
}

/** Somebody who is told alone: at their accounts, and by mail where they have none. */
export interface Reached {
  readonly accounts: readonly ChatAccount[];
  readonly mailbox?: string;
}

/** Those whom a notice, and the request as it is now, single out. */
export interface Whom {
  readonly requesters: readonly Reached[];
  /** Approvers and reviewers whom access.yml names one by one, and the notice with them. */
  readonly named: readonly Reached[];
  /** Accounts of those of them whose yes is missing now. */
  readonly asked: readonly ChatAccount[];
}

export const whomOf = async (
  { register, voices, mail }: Pick<Teller, 'register' | 'voices' | 'mail'>,
  { to, requester }: Notice,
  { asked }: ToldRequest,
): Promise<Whom> => {
  const requesters = to.flatMap((one) => (one.role === 'requester' ? [one.handle] : []));
  const addressed = to.flatMap((one) =>
    one.role === 'approvers' || one.role === 'reviewers' ? (one.people ?? []) : [],
  );
  // Nobody decides on what they ask for themselves.
  const others = async (people: readonly PersonRef[]): Promise<readonly Handle[]> =>
    people.length === 0 ? [] : (await register.known.handlesOf(people)).filter((handle) => handle !== requester);
  const [named, deciding] = await Promise.all([others(addressed), others(asked.people ?? [])]);
  const handles = [...new Set([...requesters, ...named, ...deciding])];
  const accounts = new Map(
    await Promise.all(handles.map(async (handle) => [handle, await accountsOf({ register, voices }, handle)] as const)),
  );
  const without = mail ? handles.filter((handle) => accounts.get(handle)?.length === 0) : [];
  const names = without.length === 0 ? new Map<Handle, never>() : await register.people.get(without);
  const reached = (handle: Handle): Reached => {
    const { email } = names.get(handle) ?? {};
    return {
      accounts: accounts.get(handle) ?? [],
      ...(email !== undefined && isMailbox(email) ? { mailbox: email } : {}),
    };
  };
  return {
    requesters: requesters.map(reached),
    named: named.map(reached),
    asked: deciding.flatMap((handle) => accounts.get(handle) ?? []),
  };
};

/** Those of a person's accounts that we can speak to. */
const accountsOf = async (
  { register, voices }: Pick<Teller, 'register' | 'voices'>,
  handle: Handle,
): Promise<readonly ChatAccount[]> =>
  (await register.links.of(handle)).filter(({ platform, workspace }) =>
    voices.some((voice) => voice.chat.platform === platform && voice.workspace === workspace),
  );
