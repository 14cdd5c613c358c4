import type { CompiledAccess } from '../../lib/config/access.ts';
import { type Finding, stops, warns } from './finding.ts';
import { type Place, isProduction } from './place.ts';
import { regionOf } from './region-of.ts';
import type { StageSettings } from './stage-file.ts';

/** The API's own address, which lasts as long as this one API: API Gateway, "Custom domain names for HTTP APIs". */
const OF_THE_API = /\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/** What is tied to an address for ever, and whom alarms tell. */
export const checkAddresses = (
  { stage, region, settings }: Place,
  access: CompiledAccess | undefined,
): readonly Finding[] => [
  ...tiedToTheApi(stage, settings, access),
  ...alarms(stage, settings),
  ...(settings.alarmActions ?? [])
    .filter((arn) => regionOf(arn) !== region)
    .map((arn) => stops('alarmActions', `${arn} is not in ${region}`, 'an alarm tells topics of its own region only')),
];

const tiedToTheApi = (
  stage: string,
  { issuer, origin }: StageSettings,
  access: CompiledAccess | undefined,
): readonly Finding[] => {
  const signed = (access?.entitlements ?? []).filter(({ session }) => session.via !== 'assumeRole').map(({ id }) => id);
  const address = issuer ?? origin;
  if (signed.length === 0 || (address !== undefined && !OF_THE_API.test(address))) return [];
  return [
    warns(
      'issuer',
      `${signed.join(', ')} go by what Hatcheck signs, and it is called by the API’s own address: every account’s provider is tied to that for ever`,
      `issuer: https://… in stages/${stage}.yml, a domain of one’s own, before the first account makes its provider`,
    ),
  ];
};

const alarms = (stage: string, { alarmActions }: StageSettings): readonly Finding[] =>
  isProduction(stage) && (alarmActions ?? []).length === 0
    ? [
        warns(
          'alarmActions',
          'nobody hears of an alarm: it shows in CloudWatch only',
          `alarmActions: [the ARN of an SNS topic] in stages/${stage}.yml`,
        ),
      ]
    : [];
