import type { EntitlementView } from '../api/calls.ts';
import { Fact, Facts } from '../parts/facts.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { durationText } from '../parts/duration.ts';
import { roleName } from '../parts/role-name.ts';
import { needsOf } from './needs.ts';

/** What is asked for, and what it needs, before anything is filled in. */
export const Needs = ({ entitlement }: { entitlement: EntitlementView }) => {
  const { accountName, accountId, roleArn, maxDurationSeconds, description } = entitlement;
  return (
    <Facts>
      <Fact name="Account">
        <Untrusted text={accountName} /> ({accountId})
      </Fact>
      <Fact name="Role">{roleName(roleArn)}</Fact>
      {description !== undefined && (
        <Fact name="It can">
          <Untrusted text={description} />
        </Fact>
      )}
      <Fact name="At most">{durationText(maxDurationSeconds)}</Fact>
      <Fact name="Needs">
        <ul class="plain">
          {needsOf(entitlement).map((need) => (
            <li key={need}>
              <Untrusted text={need} />
            </li>
          ))}
        </ul>
      </Fact>
    </Facts>
  );
};
