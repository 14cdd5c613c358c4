import type { ChatActs } from '../lib/chatops/port.ts';
import type { Read } from '../lib/chatops/read.ts';
import { receiveAct } from '../lib/chatops/receive.ts';
import { readEvent } from '../lib/chatops/slack/event.ts';
import { readCommand, readInteraction } from '../lib/chatops/slack/payload.ts';
import { slackVerifier } from '../lib/chatops/slack/signature.ts';
import type { SlackSettings } from '../lib/chatops/settings.ts';
import type { Config } from '../lib/config/environment.ts';
import { type ResolveSecret, ofStage } from '../lib/config/secret-reference.ts';
import { HatcheckError, refuse } from '../lib/domain/errors.ts';
import type { Answer, Call, Routes } from '../lib/http/api.ts';
import { type Fields, parseForm } from '../lib/http/form.ts';
import type { Clock, ReplayGuard } from '../lib/identity/ports.ts';

export interface ReceiveParts {
  readonly acts: ChatActs;
  readonly replayGuard: ReplayGuard;
  readonly resolveSecret: ResolveSecret;
  readonly clock: Clock;
}

type SlackRoute = `POST /chatops/slack/${'commands' | 'interactions' | 'events'}`;
type Said = Read | { readonly challenge: string };

/** Slack's routes: the signature first, of the body as it came; then what it says; then the queue; then 200, and nothing else. */
export const slackRoutes = ({ chat, stage, endpoints }: Config, parts: ReceiveParts) => {
  const receive =
    (read: (body: string, us: SlackSettings) => Said) =>
    async ({ headers, rawBody }: Call<SlackRoute>): Promise<Answer> => {
      const us = chat?.slack;
      if (!us) throw new HatcheckError(refuse('not_found', 'access.yml says nothing of Slack'));
      const secrets = us.signingSecrets.map((reference) => parts.resolveSecret(ofStage(reference, stage)));
      const now = parts.clock.now();
      const fault = slackVerifier(await Promise.all(secrets))({ headers, body: rawBody }, now);
      if (fault) throw new HatcheckError(refuse('invalid_token', `slack: ${fault}`));
      const said = read(rawBody, us);
      if (said === 'nothing') return { status: 200 };
      if ('challenge' in said) return { status: 200, text: said.challenge };
      if ('fault' in said)
        throw new HatcheckError(
          refuse(said.fault === 'malformed' ? 'invalid_input' : 'channel_not_allowed', `slack: ${said.fault}`),
        );
      await receiveAct(parts, { ...said.act, at: now });
      return { status: 200 };
    };
  const inForm =
    (read: (fields: Fields, us: SlackSettings) => Read) =>
    (body: string, us: SlackSettings): Read => {
      const { fields, faults } = parseForm(body, '/');
      return faults.length > 0 ? { fault: 'malformed' } : read(fields, us);
    };

  return {
    'POST /chatops/slack/commands': receive(inForm((fields, us) => readCommand(fields, us, endpoints.slack))),
    'POST /chatops/slack/interactions': receive(
      inForm((fields, us) => readInteraction(fields['payload'], us, endpoints.slack)),
    ),
    'POST /chatops/slack/events': receive(readEvent),
  } satisfies Routes;
};
