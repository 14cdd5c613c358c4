import { createHash } from 'node:crypto';
import { type Refusal, HatcheckError } from '../domain/errors.ts';
import type { Handle, Principal } from '../domain/principal.ts';
import { isBefore, plusSeconds } from '../domain/time.ts';
import type { Limits } from '../identity/oauth/ports.ts';
import { makeUserCode, readUserCode } from '../identity/oauth/user-code.ts';
import type { Chance, Clock, ReplayGuard } from '../identity/ports.ts';
import type { ChatAccount } from './act.ts';
import type { ChatCodes, ChatLinkStore, WaitingChat } from './port.ts';

export const CODE_SECONDS = 600;

/** As for the codes of devices: 34.5 bits, and all guesses of ten minutes together find one of a hundred living codes once in 400,000 tries. */
const GUESSES = { mine: { most: 10, seconds: 600 }, everybodys: { most: 600, seconds: 600 } };
/** An account that asks for more has lost more than its code. */
const CODES_OF_AN_ACCOUNT = { most: 5, seconds: 600 };
const TRIES = 3;

export interface BeginParts {
  readonly codes: ChatCodes;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly chance: Pick<Chance, 'token'>;
}

/**
 * A code that only this account is shown: whoever says it in the portal within ten minutes is who the account is.
 * @throws HatcheckError `limit_reached`, `ledger_unavailable`
 */
export const beginChatLink = async (
  { codes, limits, clock, chance }: BeginParts,
  account: ChatAccount,
  name?: string,
): Promise<string> => {
  const { platform, workspace, user } = account;
  if (!(await limits.take(`chat#${platform}#${workspace}#${user}`, CODES_OF_AN_ACCOUNT)))
    throw tooMany('codes of one chat account');
  const expiresAt = plusSeconds(clock.now(), CODE_SECONDS);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const code = makeUserCode(chance);
    const waiting = { account, ...(name === undefined ? {} : { name }), expiresAt };
    if (await codes.begin(hashOf(code), waiting)) return code;
  }
  throw new TypeError('three codes in a row were taken already');
};

export interface LinkParts {
  readonly codes: Pick<ChatCodes, 'find'>;
  readonly links: ChatLinkStore;
  readonly limits: Limits;
  readonly replayGuard: ReplayGuard;
  readonly clock: Clock;
  /** Appends to the person's own stream that the account is theirs, or no longer. @throws HatcheckError `ledger_conflict`, `ledger_unavailable` */
  readonly record: (principal: Principal, change: 'made' | 'removed', account: ChatAccount) => Promise<void>;
}

/** With the code that was typed, as it was made. */
export type TypedChat = WaitingChat & { readonly code: string };

/**
 * Whose code it is. Each look counts as a guess, whether it finds one or not, and is counted before it is looked for.
 * @returns undefined: there is none, or it is over
 * @throws HatcheckError `limit_reached`, `ledger_unavailable`
 */
export const waitingChat = async (
  { codes, limits, clock }: Pick<LinkParts, 'codes' | 'limits' | 'clock'>,
  { handle }: Principal,
  typed: string,
): Promise<TypedChat | undefined> => {
  if (!(await limits.take(`chatcode#${handle}`, GUESSES.mine))) throw tooMany('chat codes typed by this person');
  if (!(await limits.take('chatcode', GUESSES.everybodys))) throw tooMany('chat codes typed by everybody');
  const code = readUserCode(typed);
  const waiting = code === undefined ? undefined : await codes.find(hashOf(code));
  return code !== undefined && waiting && isBefore(clock.now(), waiting.expiresAt) ? { ...waiting, code } : undefined;
};

/**
 * From now on the account is this person, in the place of whomever it was.
 * @returns false when the code was used already
 * @throws HatcheckError `ledger_conflict`, `ledger_unavailable`: the code is used up, and nothing is linked
 */
export const linkChat = async (
  { links, replayGuard, clock, record }: LinkParts,
  principal: Principal,
  { account, code, expiresAt }: TypedChat,
): Promise<boolean> => {
  if (!(await replayGuard.burn(`chatcode#${hashOf(code)}`, expiresAt))) return false;
  await record(principal, 'made', account);
  await links.put({ account, handle: principal.handle, at: clock.now() });
  return true;
};

/** The account is nobody. @returns false when it was not this person's @throws HatcheckError `ledger_conflict`, `ledger_unavailable` */
export const unlinkChat = async (
  { links, record }: Pick<LinkParts, 'links' | 'record'>,
  principal: Principal,
  account: ChatAccount,
): Promise<boolean> => {
  if ((await links.find(account))?.handle !== principal.handle) return false;
  await record(principal, 'removed', account);
  await links.remove({ account, handle: principal.handle });
  return true;
};

/** One of the person's accounts, by how {@link accountKey} calls it. */
export const accountNamed = async (
  { links }: Pick<LinkParts, 'links'>,
  handle: Handle,
  key: string,
): Promise<ChatAccount | undefined> => (await links.of(handle)).find((account) => accountKey(account) === key);

export const accountKey = ({ platform, workspace, user }: ChatAccount): string => `${platform} ${workspace} ${user}`;

/** What is typed is 34.5 bits, which a hash does not hide from whoever may read the table; who may cannot write a link. */
const hashOf = (code: string): string => createHash('sha256').update(code).digest('base64url');

const tooMany = (reason: string): HatcheckError => {
  const refusal: Refusal = { code: 'limit_reached', reason, retryAfterSeconds: 600 };
  return new HatcheckError(refusal);
};
