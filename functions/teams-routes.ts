import type { ChatSaying } from '../lib/chatops/act.ts';
import { receiveAct } from '../lib/chatops/receive.ts';
import { type ReadActivity, readActivity } from '../lib/chatops/teams/activity.ts';
import { botKeys } from '../lib/chatops/teams/bot-keys.ts';
import { sentCard } from '../lib/chatops/teams/card.ts';
import { type TokenFault, type VerifyBotToken, botTokenVerifier } from '../lib/chatops/teams/token.ts';
import type { Config } from '../lib/config/environment.ts';
import { present } from '../lib/config/present.ts';
import { HatcheckError, refuse } from '../lib/domain/errors.ts';
import type { Answer, Call, Routes } from '../lib/http/api.ts';
import { providerIsAway } from '../lib/identity/browser-refusals.ts';
import type { ProviderFetch } from '../lib/identity/provider-fetch.ts';
import type { Logger } from '../lib/logger.ts';
import type { ReceiveParts } from './slack-routes.ts';

type TeamsParts = Omit<ReceiveParts, 'resolveSecret'> & { readonly fetchJson: ProviderFetch; readonly logger: Logger };

/** Teams' route: the token first; then what the activity says, and that it is from where the token was made out; then the queue; then 200. */
export const teamsRoutes = ({ chat, endpoints }: Config, parts: TeamsParts) => {
  const us = chat?.teams;
  const verify = us && verifierOf(us.appId, parts, endpoints.teams);
  return {
    'POST /chatops/teams/messages': async ({ headers, rawBody }: Call<'POST /chatops/teams/messages'>) => {
      if (!us || !verify) throw new HatcheckError(refuse('not_found', 'access.yml says nothing of Teams'));
      const now = parts.clock.now();
      const token = await verify(headers['authorization'], now).catch(providerIsAway);
      const said = 'fault' in token ? token : readActivity(rawBody, token, us, endpoints.teams);
      if (said === 'nothing') return { status: 200, json: {} };
      if ('fault' in said) throw refused('fault' in token, said.fault);
      await receiveAct(parts, { ...said.act, at: now });
      return answerTo(said.act.saying);
    },
  } satisfies Routes;
};

const verifierOf = (appId: string, { fetchJson, clock, logger }: TeamsParts, standIn?: string): VerifyBotToken => {
  const onStale = (cause: unknown): void => {
    logger.error('the keys of the Bot Framework could not be renewed', { provider: 'teams' }, cause);
  };
  return botTokenVerifier(appId, botKeys({ fetchJson, clock, onStale, ...present({ login: standIn }) }));
};

type Fault = TokenFault | Extract<ReadActivity, { fault: unknown }>['fault'];

const refused = (isOfToken: boolean, fault: Fault): HatcheckError => {
  if (isOfToken || fault === 'service_url') return new HatcheckError(refuse('invalid_token', `teams: ${fault}`));
  return new HatcheckError(refuse(fault === 'malformed' ? 'invalid_input' : 'channel_not_allowed', `teams: ${fault}`));
};

/** Teams, "Universal Actions for Adaptive Cards", "Response format": what whoever pressed sees at once. Nobody reads what answers a message. */
const answerTo = ({ type }: ChatSaying): Answer => {
  switch (type) {
    case 'ask':
      return invoked('application/vnd.microsoft.card.adaptive', sentCard());
    case 'approve':
    case 'deny':
    case 'revoke':
      return invoked(
        MESSAGE,
        'Received. The message here changes when it is done; if it cannot be, you are told alone.',
      );
    case 'form':
      return invoked(MESSAGE, 'Received. The form is in your own chat with Hatcheck.');
    default:
      return { status: 200, json: {} };
  }
};

const MESSAGE = 'application/vnd.microsoft.activity.message';

const invoked = (type: string, value: object | string): Answer => ({
  status: 200,
  json: { statusCode: 200, type, value },
});
