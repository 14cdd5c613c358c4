import type { Answering } from './what-answers.ts';

export interface Deployed extends Answering {
  readonly stage: string;
  /** The stage that takes over from it, where that one was deployed. */
  readonly standby?: string | undefined;
  readonly account: string;
  /** Where it is not access.yml. */
  readonly access?: string | undefined;
}

/** What is left to do once it runs, as lines. */
export const nextSteps = ({ origin, issuer, stage, standby, account, access }: Deployed): readonly string[] => {
  const broker = `${access === undefined ? '' : `--access ${access} `}--broker-account ${account} --stage ${stage}${standby === undefined ? '' : ` --standby ${standby}`} --issuer ${issuer}`;
  return [
    'What is left to do:',
    `1. At the identity provider: ${origin}/oidc/callback is where it sends people back to; a SAML one takes ${origin}/saml/metadata.`,
    '2. In each account that lends roles, what lets Hatcheck in (it prints the command of each account):',
    `     npx hatcheck role template --all target-accounts ${broker}`,
    '3. With credentials of each of them, whether it is as it should be:',
    `     npx hatcheck doctor --live ${broker}`,
    '4. Sign in:',
    `     npx hatcheck login --server ${origin}`,
  ];
};
