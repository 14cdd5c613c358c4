import type { DryRun, EntitlementView, RuleView } from '../api/calls.ts';
import { Untrusted } from '../parts/untrusted.tsx';
import { needsOf } from './needs.ts';

const MARKS = { satisfied: ['✓', 'yes'], notSatisfied: ['✗', 'no'], notEvaluated: ['?', 'not known'] } as const;

interface WouldItProps {
  readonly decision: DryRun;
  readonly entitlement: EntitlementView;
  readonly breakGlass: boolean;
}

/** What would come of asking, rule by rule, as the broker decides it: first what is against it. */
export const WouldIt = ({ decision, entitlement, breakGlass }: WouldItProps) => {
  const [ordinary] = needsOf(entitlement);
  const approval = breakGlass ? 'At once, alarmed, and reviewed afterwards.' : ordinary;
  const against = decision.rules.filter(({ outcome }) => outcome !== 'satisfied');
  const forIt = decision.rules.filter(({ outcome }) => outcome === 'satisfied');
  return (
    <div class="would-it" role="status">
      <p>
        <strong>{decision.allowed ? 'It could be asked for like this.' : 'Not like this.'}</strong>{' '}
        {decision.allowed && approval !== undefined && <Untrusted text={approval} />}
      </p>
      {against.length > 0 && <Rules rules={against} />}
      <details>
        <summary>{forIt.length} rules are satisfied</summary>
        <Rules rules={forIt} />
      </details>
    </div>
  );
};

const Rules = ({ rules }: { rules: readonly RuleView[] }) => (
  <ul class="plain">
    {rules.map(({ rule, outcome, detail }) => (
      <li key={rule} class={outcome}>
        <span aria-hidden="true">{MARKS[outcome][0]}</span> <span class="unseen">{MARKS[outcome][1]}: </span>
        <strong>{rule}</strong>: <Untrusted text={detail} />
      </li>
    ))}
  </ul>
);
