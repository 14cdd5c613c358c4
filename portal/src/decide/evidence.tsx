import { useEffect, useState } from 'preact/hooks';
import type { Evidence } from '../../../lib/broker/evidence.ts';
import type { RequestView } from '../api/calls.ts';
import { WORDS } from '../api/problem-words.ts';
import { read } from '../api/send.ts';
import { Fact, Facts } from '../parts/facts.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';
import { TICKET_WORDS, standingOfTicket } from './ticket-words.ts';

/** What the requester did not write: read once for each event of the request, since services outside are asked for it. */
export const EvidenceFor = ({ request: { id, seq, actions } }: { request: RequestView }) => {
  // A hold, or another access policy, is no event of the request.
  const may = actions.join(' ');
  const [found, setFound] = useState<{ evidence?: Evidence; fault?: unknown }>({});
  useEffect(() => {
    let isOver = false;
    read<{ evidence: Evidence }>(`/v1/requests/${id}?evidence=true`).then(
      ({ evidence }) => {
        if (!isOver) setFound({ evidence });
      },
      (fault: unknown) => {
        if (!isOver) setFound((before) => ({ ...before, fault }));
      },
    );
    return () => {
      isOver = true;
    };
  }, [id, seq, may]);
  const { evidence, fault } = found;
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">What Hatcheck knows of it</h2>
      <Fault error={fault} />
      {!evidence && fault === undefined && <Loading />}
      {evidence?.obstacle !== undefined && <Obstacle code={evidence.obstacle} />}
      {evidence && <Known evidence={evidence} />}
    </section>
  );
};

const Obstacle = ({ code }: { code: NonNullable<Evidence['obstacle']> }) => {
  const { says, next } = { next: undefined, ...WORDS[code] };
  return (
    <p role="status" class="notice">
      You cannot say yes now. {says} {next}
    </p>
  );
};

const Known = ({ evidence: { role, ticket, before, unusual } }: { evidence: Evidence }) => (
  <>
    {unusual.length > 0 && (
      <div class="unusual">
        <strong>Unusual</strong>
        <ul>
          {unusual.map(({ code, detail }) => (
            <li key={code}>
              <Untrusted text={detail} />
            </li>
          ))}
        </ul>
      </div>
    )}
    <Facts>
      <Fact name="The role can">
        {role?.description === undefined ? (
          'Not described in the access policy.'
        ) : (
          <Untrusted text={role.description} />
        )}
        {role?.chaining === true && ' Its sessions may assume further roles.'}
        {role?.sourceIps && ` Only from ${role.sourceIps.join(', ')}.`}
        {!role && ' The entitlement is gone from the access policy.'}
      </Fact>
      {role && (
        <Fact name="Account">
          <Untrusted text={role.accountName} />
        </Fact>
      )}
      {ticket && (
        <Fact name="Ticket">
          <span class={`ticket ${ticket.state}`}>{TICKET_WORDS[ticket.state]}</span>
          {standingOfTicket(ticket)}
        </Fact>
      )}
      <Fact name="Before">{before ? <Earlier before={before} /> : 'This could not be found out.'}</Fact>
    </Facts>
  </>
);

const Earlier = ({ before: { requests, same, lastApprovedAt } }: { before: NonNullable<Evidence['before']> }) =>
  requests === 0 ? (
    <>Never asked for anything.</>
  ) : (
    <>
      {requests === 1 ? 'One request' : `${requests} requests`} of late, {same} for this role;{' '}
      {lastApprovedAt === undefined ? (
        'none of those was approved.'
      ) : (
        <>
          last approved <When at={lastApprovedAt} />
        </>
      )}
    </>
  );
