import type { CompiledAccess } from '../../../../lib/config/access.ts';
import { parseAccess } from '../../../../lib/config/access-file.ts';

const noFile = (): string => {
  throw new TypeError('no file is named');
};

export const OPTIONS = { baseDir: '.', readFile: noFile };

/** An access.yml with two providers, one of people and one of workloads in group `ci:deployers`, and these entitlements. */
export const written = (entitlements: string, more = ''): string => `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://example.okta.com, clientId: hatcheck }
  - { id: ci, type: oidc-workload, issuer: https://ci.example.com, audience: hatcheck, match: { repository: example/app }, groups: [deployers] }
accounts:
  prod: { id: '111122223333', region: eu-west-1 }
auditors: { groups: [okta:auditors, ci:deployers] }
security: { groups: [okta:security] }
${more}entitlements:
${entitlements}`;

export const compiled = (entitlements: string): CompiledAccess => parseAccess(written(entitlements), OPTIONS);

/** What each entitlement has unless it says otherwise. */
const USUAL = {
  role: (id: string) => `{ account: prod, name: Role-${id} }`,
  requesters: () => '{ groups: [okta:sre] }',
  approval: () => 'auto',
  maxDuration: () => '1h',
};

/** One entitlement on one line: sre ask for it, automatically, up to an hour; `members` are put over that. */
export const line = (id: string, members = ''): string => {
  const own = topLevel(members);
  const usual = Object.entries(USUAL).flatMap(([name, text]) =>
    own.includes(`${name}:`) ? [] : [`${name}: ${text(id)}`],
  );
  return `  ${id}: { ${[members, ...usual].filter((member) => member !== '').join(', ')} }\n`;
};

/** Without what stands in braces. */
const topLevel = (members: string): string => {
  const outer = members.replaceAll(/\{[^{}]*\}/g, '');
  return outer === members ? outer : topLevel(outer);
};
