import type { RequestView } from '../api/calls.ts';
import { PersonName } from '../parts/person.tsx';
import { Untrusted, Words } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';

type Stages = RequestView['stages'];

/** Whose yes is wanted, and who has said it. */
export const StagesOf = ({ stages, title }: { stages: Stages; title: string }) =>
  stages.length === 0 ? null : (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ol class="stages">
        {stages.map(({ from, count, approvals }, index) => (
          // Stages have no name but their place.
          <li key={index}>
            {approvals.length} of {count}, from <Untrusted text={[...from.groups, ...from.people].join(', ')} />
            {approvals.map(({ approver, onBehalfOf, at, comment }) => (
              <div key={approver.handle}>
                Yes: <PersonName of={approver} />
                {onBehalfOf && (
                  <>
                    {' '}
                    in the place of <PersonName of={onBehalfOf} />
                  </>
                )}
                , <When at={at} />
                {comment !== undefined && comment !== '' && <Words text={comment} />}
              </div>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
