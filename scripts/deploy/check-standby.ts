import type { Place } from './place.ts';
import { type Finding, stops } from './finding.ts';

/** Where a table may be strongly consistent over three regions ("How DynamoDB global tables work"). */
const SETS: readonly (readonly string[])[] = [
  ['us-east-1', 'us-east-2', 'us-west-2'],
  ['eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-central-1'],
  ['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3'],
];

/** Whether three copies of the ledger can be kept as one, and whether a standby is what people, accounts and providers take it for. */
export const checkStandby = ({ stage, region, settings }: Place): readonly Finding[] => {
  const { standby, standbyOf, origin, pepper } = settings;
  const file = `stages/${stage}.yml`;
  if (standbyOf) {
    const missing = Object.entries({ origin, pepper }).flatMap(([name, value]) => (value === undefined ? [name] : []));
    return missing.map((name) =>
      stops('standbyOf', `${name} is not said`, `${name}: in ${file}, the same as that of ${standbyOf.stage}`),
    );
  }
  if (!standby) return [];
  const regions = [region, standby.region, standby.witness];
  const inOneSet = SETS.some((set) => regions.every((each) => set.includes(each)));
  if (inOneSet && new Set(regions).size === 3) return [];
  return [
    stops(
      'standby',
      `${regions.join(', ')} are not three regions over which DynamoDB keeps a table strongly consistent`,
      `three of ${SETS.map((set) => set.join(', ')).join('; or of ')}`,
    ),
  ];
};
