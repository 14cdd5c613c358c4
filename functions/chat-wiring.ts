import { slackClient } from '../lib/chatops/slack/client.ts';
import type { Voice } from '../lib/chatops/tell-chat.ts';
import type { Config } from '../lib/config/environment.ts';
import { present } from '../lib/config/present.ts';
import { outsideSecrets } from './outside-wiring.ts';

/** The platforms that access.yml names; none where it says nothing of them. */
export const voicesOf = (config: Config): readonly Voice[] => {
  const { chat, origin, endpoints } = config;
  const resolve = outsideSecrets(config);
  const { slack } = chat ?? {};
  return slack
    ? [
        {
          chat: slackClient({
            ...{ origin, teamId: slack.teamId, token: () => resolve(slack.botToken) },
            ...present({ endpoint: endpoints.slack }),
          }),
          workspace: slack.teamId,
          channels: slack.channels,
        },
      ]
    : [];
};
