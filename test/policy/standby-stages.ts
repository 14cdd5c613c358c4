/** What the file of a stage in Ireland says that has a standby in Frankfurt, and of its ledger a third copy in Paris. */
export const PARIS_STANDBY = 'standby: { region: eu-central-1, witness: eu-west-3 }\n';

const key = (digit: string): string => `mrk-${digit.repeat(32)}`;

/** And that of a standby in Ireland, of a stage in Frankfurt. */
export const STANDBY_OF = `standbyOf:
  stage: prod
  region: eu-central-1
  ledgerStream: arn:aws:dynamodb:eu-west-1:777788889999:table/hatcheck-prod-ledger/stream/2026-11-22T00:00:00.000
  keys: { IssuerKeyA: ${key('a')}, IssuerKeyB: ${key('b')}, SamlKeyA: ${key('c')}, SamlKeyB: ${key('d')}, CheckpointKey: ${key('e')} }
`;
