import { useState } from 'preact/hooks';
import type { Credentials, RequestView } from '../api/calls.ts';
import { keep, kept } from '../app/kept.ts';
import { Copyable } from '../parts/copyable.tsx';
import { Countdown, When } from '../parts/when.tsx';
import { formsOf } from './forms.ts';

interface ShownCredentialsProps {
  readonly request: RequestView;
  readonly credentials: Credentials;
  readonly onHide: () => void;
}

/** Which form they took the last time. */
const NAME = 'form';

/** Shown once: kept nowhere but on this page, and gone with it. */
export const ShownCredentials = ({ request, credentials, onHide }: ShownCredentialsProps) => {
  const forms = formsOf(credentials, request);
  const [name, setName] = useState(() => kept('local', NAME));
  const form = forms.find((each) => each.name === name) ?? forms[0];
  return (
    <section class="credentials" aria-label="Credentials">
      <p>
        Shown once. They end in <Countdown until={credentials.Expiration} /> (<When at={credentials.Expiration} />
        ). Whoever has them has the role.
      </p>
      <fieldset>
        <legend>For</legend>
        <div class="choices">
          {forms.map((each) => (
            <label key={each.name}>
              <input
                type="radio"
                name={`form ${request.id}`}
                checked={each === form}
                onChange={() => {
                  keep('local', NAME, each.name);
                  setName(each.name);
                }}
              />
              {each.name}
            </label>
          ))}
        </div>
      </fieldset>
      {form && <Copyable key={form.name} label={`Credentials for ${form.name}`} hint={form.hint} text={form.text} />}
      <button type="button" class="quiet" onClick={onHide}>
        Hide them
      </button>
    </section>
  );
};
