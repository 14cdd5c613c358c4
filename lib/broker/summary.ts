import type { Snapshot, Stage } from '../domain/entitlement.ts';
import type { TextRef } from '../domain/event.ts';
import type { Handle, Instant } from '../domain/principal.ts';
import type { Approval, Closed, RequestState } from '../domain/request.ts';

/** What lists need of a request, as of `seq`. Its status is computed when it is read. */
export interface RequestSummary {
  readonly id: string;
  readonly seq: number;
  readonly requester: Handle;
  readonly entitlementId: string;
  readonly snapshot: Snapshot;
  readonly justification: TextRef;
  readonly ticket?: string;
  readonly createdAt: Instant;
  readonly durationSeconds: number;
  readonly grantedSeconds: number;
  readonly startAt?: Instant;
  readonly autoApproved: boolean;
  readonly pendingUntil?: Instant;
  readonly stages: readonly Stage[];
  readonly approvals: readonly Approval[];
  readonly approvedAt?: Instant;
  readonly closed?: Closed;
}
