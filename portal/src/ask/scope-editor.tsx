import { useId } from 'preact/hooks';
import { Untrusted } from '../parts/untrusted.tsx';
import { type Draft, linesOf } from './draft.ts';
import type { FieldProps } from './fields.tsx';
import { wrongIn } from './scope-lines.ts';

/** For whoever wants less than the role: the actions and resources of the task, and nothing else. */
export const ScopeEditor = ({ entitlement, draft, onChange }: FieldProps) => {
  if (!entitlement.scope) return null;
  const part = { draft, onChange };
  return (
    <details open={draft.actions + draft.resources !== ''}>
      <summary>Only a part of the role</summary>
      <p>
        The fewer, the easier is the yes. What is asked for is allowed as far as the role allows it; everything else is
        denied. Both lists, or neither.
      </p>
      <Lines {...part} name="actions" label="Actions" hint="Such as s3:GetObject or ec2:Describe*, one a line." />
      <Lines {...part} name="resources" label="Resources" hint="ARNs, one a line, or * for all." />
    </details>
  );
};

interface LinesProps extends Pick<FieldProps, 'draft' | 'onChange'> {
  readonly name: 'actions' | 'resources';
  readonly label: string;
  readonly hint: string;
}

const Lines = ({ name, label, hint, draft, onChange }: LinesProps) => {
  const id = useId();
  const wrong = wrongIn(name, linesOf(draft[name]));
  return (
    <>
      <label>
        {label} <small>{hint}</small>
        <textarea
          spellcheck={false}
          autoCapitalize="off"
          class="code"
          aria-describedby={id}
          aria-invalid={wrong.length > 0}
          value={draft[name]}
          onInput={(event) => {
            const change: Partial<Draft> = { [name]: event.currentTarget.value };
            onChange(change);
          }}
        />
      </label>
      <div id={id} class="fault-lines" role="status">
        {wrong.map((line) => (
          <p key={line}>
            <Untrusted text={line} />
          </p>
        ))}
      </div>
    </>
  );
};
