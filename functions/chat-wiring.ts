import type { Surroundings } from '../lib/broker/system.ts';
import type { ChatSettings } from '../lib/chatops/settings.ts';
import { slackClient } from '../lib/chatops/slack/client.ts';
import { teamsClient } from '../lib/chatops/teams/client.ts';
import type { Voice } from '../lib/chatops/tell-chat.ts';
import type { Config } from '../lib/config/environment.ts';
import { present } from '../lib/config/present.ts';
import type { ResolveSecret } from '../lib/config/secret-reference.ts';
import { outsideSecrets } from './outside-wiring.ts';

/** The platforms that access.yml names; none where it says nothing of them. */
export const voicesOf = (config: Config, { clock }: Pick<Surroundings, 'clock'>): readonly Voice[] => {
  const { slack, teams } = config.chat ?? {};
  const resolve = outsideSecrets(config);
  return [
    ...(slack ? [slackVoice(config, slack, resolve)] : []),
    ...(teams ? [teamsVoice(config, teams, { resolve, clock })] : []),
  ];
};

const slackVoice = (
  { origin, endpoints }: Config,
  { teamId, botToken, channels }: NonNullable<ChatSettings['slack']>,
  resolve: ResolveSecret,
): Voice => ({
  chat: slackClient({
    ...{ origin, teamId, token: () => resolve(botToken) },
    ...present({ endpoint: endpoints.slack }),
  }),
  workspace: teamId,
  channels,
});

const teamsVoice = (
  { origin, endpoints }: Config,
  { appId, tenantId, appPassword, channels }: NonNullable<ChatSettings['teams']>,
  { resolve, clock }: Pick<Surroundings, 'clock'> & { readonly resolve: ResolveSecret },
): Voice => ({
  chat: teamsClient({
    ...{ origin, appId, tenantId, clock, password: () => resolve(appPassword) },
    ...present({ standIn: endpoints.teams }),
  }),
  workspace: tenantId,
  channels,
});
