import type { Group } from '../domain/principal.ts';

/** Where what asks for these approvers is said. */
export interface ChatChannel {
  readonly approvers: readonly Group[];
  /** The platform's own id of the channel; of mail, an address. */
  readonly channel: string;
}

export interface SlackSettings {
  readonly appId: string;
  /** The one workspace whose people count. */
  readonly teamId: string;
  /** Of an Enterprise Grid; then each payload must name it. */
  readonly enterpriseId?: string;
  /** References, one, or two while the secret is changed. Only the function that receives reads them. */
  readonly signingSecrets: readonly string[];
  /** A reference. Only the functions that answer read it. */
  readonly botToken: string;
  readonly channels: readonly ChatChannel[];
}

export interface TeamsSettings {
  /** The bot's: what tokens to us are made out to. */
  readonly appId: string;
  /** The one Entra tenant whose people count. */
  readonly tenantId: string;
  /** A reference. */
  readonly appPassword: string;
  readonly channels: readonly ChatChannel[];
}

export interface MailSettings {
  /** The address that mail comes from; SES must have verified it. */
  readonly from: string;
  readonly channels: readonly ChatChannel[];
}

/** What access.yml says of chat and mail. What is absent is not used. */
export interface ChatSettings {
  readonly slack?: SlackSettings;
  readonly teams?: TeamsSettings;
  readonly mail?: MailSettings;
}
