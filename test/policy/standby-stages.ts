import type { Standby } from '../../serverless/standby/plugin.ts';

/** A stage in Ireland that has a standby in Frankfurt, and of its ledger a third copy in Paris. */
export const HAS_STANDBY: Standby = {
  ...{ stage: 'dev', region: 'eu-west-1', standby: { region: 'eu-central-1', witness: 'eu-west-3' } },
};

const key = (digit: string): string => `mrk-${digit.repeat(32)}`;

/** What the file of a standby in Ireland says, of a stage in Frankfurt. */
export const STANDBY_FILE = `standbyOf:
  stage: prod
  region: eu-central-1
  ledgerStream: arn:aws:dynamodb:eu-west-1:777788889999:table/hatcheck-prod-ledger/stream/2026-11-22T00:00:00.000
  keys: { IssuerKeyA: ${key('a')}, IssuerKeyB: ${key('b')}, SamlKeyA: ${key('c')}, SamlKeyB: ${key('d')}, CheckpointKey: ${key('e')} }
`;

/** The same, as it is read. */
export const IS_STANDBY: Standby = {
  ...{ stage: 'dev', region: 'eu-west-1' },
  standbyOf: {
    ...{ stage: 'prod', region: 'eu-central-1' },
    ledgerStream: 'arn:aws:dynamodb:eu-west-1:777788889999:table/hatcheck-prod-ledger/stream/2026-11-22T00:00:00.000',
    keys: {
      ...{ IssuerKeyA: key('a'), IssuerKeyB: key('b'), SamlKeyA: key('c'), SamlKeyB: key('d') },
      CheckpointKey: key('e'),
    },
  },
};
