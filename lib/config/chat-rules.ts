import * as z from 'zod';
import type { ChatSettings } from '../chatops/settings.ts';
import { isMailbox } from '../domain/email.ts';
import type { AccessFault } from './access-fault.ts';
import type { Groups } from './access-groups.ts';
import { distinct } from './access-words.ts';
import { present } from './present.ts';
import { checked } from './schema-fault.ts';
import { ofStage, parseSecretReference } from './secret-reference.ts';
import type { YamlSource } from './yaml-source.ts';

/** Whoever receives verifies, whoever answers speaks: each reads the parameters of its own folder and stage, and no others. */
const secretBelow = (folder: 'in' | 'out') => {
  const own = new RegExp(`^(?:ssm:/hatcheck/\\$stage/chat/${folder}/|env:)`);
  return z.string().refine((text) => own.test(text) && parseSecretReference(ofStage(text, 'stage')) !== undefined, {
    error: `must say where the secret is, ssm:/hatcheck/$stage/chat/${folder}/name or env:NAME, not what it is`,
    params: { code: 'literal_secret' },
  });
};

const idOf = (pattern: RegExp, error: string) => z.string().regex(pattern, { error });

const uuid = (what: string) =>
  idOf(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, `must be ${what}, in small letters`);

const channelsOf = (groups: Groups, channel: z.ZodType<string>) =>
  z
    .array(z.strictObject({ approvers: groups.shape.groups, channel }))
    .max(50)
    .default([]);

const slack = (groups: Groups) =>
  z.strictObject({
    appId: idOf(/^A[A-Z0-9]{2,20}$/, 'must be the id of a Slack app, A…'),
    teamId: idOf(/^T[A-Z0-9]{2,20}$/, 'must be the id of a Slack workspace, T…'),
    enterpriseId: idOf(/^E[A-Z0-9]{2,20}$/, 'must be the id of an Enterprise Grid, E…').optional(),
    signingSecrets: distinct(secretBelow('in'), 2),
    botToken: secretBelow('out'),
    channels: channelsOf(groups, idOf(/^[CG][A-Z0-9]{2,20}$/, 'must be the id of a Slack channel, C…')),
  });

const teams = (groups: Groups) =>
  z.strictObject({
    appId: uuid('the id of the bot’s app'),
    tenantId: uuid('the id of an Entra tenant'),
    appPassword: secretBelow('out'),
    channels: channelsOf(
      groups,
      idOf(
        /^19:[A-Za-z0-9_-]{1,120}@thread\.(?:tacv2|skype|v2)$/,
        'must be the id of a Teams channel, 19:…@thread.tacv2',
      ),
    ),
  });

const mailbox = z
  .string()
  .refine(isMailbox, { error: 'must be an e-mail address, and nothing else', params: { code: 'invalid_format' } });

const mail = (groups: Groups) => z.strictObject({ from: mailbox, channels: channelsOf(groups, mailbox) });

export const chat = (groups: Groups) =>
  z.strictObject({ slack: slack(groups).optional(), teams: teams(groups).optional(), mail: mail(groups).optional() });

/** Chat and mail; undefined where access.yml says nothing of them, or something that is wrong with it is among the faults. */
export const chatRules = (source: YamlSource, groups: Groups, faults: AccessFault[]): ChatSettings | undefined => {
  if (source.get(['chat']) === undefined) return undefined;
  const text = checked(source, ['chat'], chat(groups), faults);
  if (!text) return undefined;
  const { slack: ofSlack, ...others } = text;
  return present({ ...others, slack: ofSlack && withoutAbsent(ofSlack) });
};

/** What `breakGlass.notify` names besides `mail:` and an address: `slack:#name` or `slack:` and a channel's id, `teams:` and a channel's id. */
const NOTIFY =
  /^(?:slack:(?:#[^\s#:,@]{1,80}|[CG][A-Z0-9]{2,20})|teams:19:[A-Za-z0-9_-]{1,120}@thread\.(?:tacv2|skype|v2))$/;

const isNotify = (text: string): boolean =>
  text.startsWith('mail:') ? isMailbox(text.slice('mail:'.length)) : NOTIFY.test(text);

/** Where nobody would ever hear of a break-glass: of no known form, or of a platform that `chat` does not name. */
export const unheardNotify = (source: YamlSource, entitlementId: string): readonly AccessFault[] => {
  const path = ['entitlements', entitlementId, 'breakGlass', 'notify'];
  const written = source.get(path);
  if (!Array.isArray(written)) return [];
  return written.flatMap((each: unknown, index) => {
    if (typeof each !== 'string') return [];
    const at = [...path, index];
    if (!isNotify(each))
      return [source.fault(at, 'invalid_format', 'must be slack:#name, slack:C…, teams:19:…@thread.tacv2 or mail:…')];
    const platform = each.slice(0, each.indexOf(':'));
    return source.get(['chat', platform]) === undefined
      ? [source.fault(at, 'not_configured', `names ${platform}, which chat does not: nobody would hear of it`)]
      : [];
  });
};

const withoutAbsent = ({ enterpriseId, ...rest }: z.infer<ReturnType<typeof slack>>) => ({
  ...rest,
  ...present({ enterpriseId }),
});
