import type { Approvers } from '../domain/principal.ts';

/** Approvers as the API shows them: as access.yml writes them. */
export interface ApproversView {
  readonly groups: readonly string[];
  readonly people: readonly string[];
}

export const approversView = ({ groups, people = [] }: Approvers): ApproversView => ({
  groups,
  people: people.map(({ provider, subject }) => `${provider}:${subject}`),
});
