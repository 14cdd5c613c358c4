import { readBoundary } from '../../../lib/broker/boundary-text.ts';
import { type Boundaries, type SessionsEnder, endSessions } from '../../../lib/broker/end-sessions.ts';
import { ALLOW_EVERYTHING, type EndedSessions, boundaryDocument } from '../../../lib/domain/boundary.ts';
import { entitlement, noon } from '../../support/builders.ts';
import { memoryClock, memoryLedger, patient } from '../../support/memory.ts';
import { tell } from '../../support/revocations.ts';

export const ROLE = {
  ...{ roleArn: entitlement().roleArn, account: entitlement().account },
  issuer: 'https://issuer.example.com',
};

/** 900 s, and the 900 s that are left for clocks. */
export const DENIED = { by: 'boundary', until: noon(1800) };

/** A boundary whose default version shows only after so many more reads. */
export const memoryBoundary = (text: string, behind = 0) => {
  const versions = [text];
  let shown = 0;
  let readsUntilShown = 0;
  const boundaries: Boundaries = {
    read: () => {
      if (readsUntilShown > 0) readsUntilShown -= 1;
      else shown = versions.length - 1;
      return Promise.resolve({ versionId: `v${shown + 1}`, text: versions[shown] ?? '' });
    },
    version: (_, versionId) => Promise.resolve(versions[Number(versionId.slice(1)) - 1]),
    write: (_, written) => {
      versions.push(written);
      readsUntilShown = behind;
      return Promise.resolve(`v${versions.length}`);
    },
  };
  return { boundaries, versions };
};

export const documentOf = (ended: EndedSessions, own: readonly object[] = [ALLOW_EVERYTHING]): string =>
  JSON.stringify(
    boundaryDocument(
      ROLE,
      own.map((one) => ({ ...one })),
      ended,
    ),
  );

export const EMPTY = documentOf({ requestIds: [] });

export const deniedIn = (versions: readonly string[]) => readBoundary(versions.at(-1) ?? '').ended;

/** A ledger at seventy seconds past noon, whoever ends sessions by it, and what the operator was told. */
export const boundaryScene = () => {
  const ledger = memoryLedger();
  const clock = memoryClock(noon(70));
  const overflows: number[] = [];
  const crowds: [string, number][] = [];
  const ender = (boundaries: Boundaries): SessionsEnder => ({
    ...{ ledger, boundaries, clock },
    overflowed: (_, requests) => void overflows.push(requests),
    crowded: (_, handle, requests) => void crowds.push([handle, requests]),
  });
  return {
    ...{ ledger, clock, overflows, crowds, ender },
    end: (boundaries: Boundaries, ...requestIds: string[]) => endSessions(ender(boundaries), ROLE, requestIds, patient),
    revoke: (id: string, told: Partial<Parameters<typeof tell>[2]> = {}) =>
      tell(ledger, id, { revokedAt: noon(60), ...told }),
  };
};
