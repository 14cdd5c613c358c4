/** https://schema.ocsf.io/1.3.0: the version that every event says, and that a test holds each of them against. */
export const OCSF_VERSION = '1.3.0';

/** The classes that events of the ledger become, by their `class_uid`. */
export const CLASSES = {
  detectionFinding: 2004,
  accountChange: 3001,
  authentication: 3002,
  apiActivity: 6003,
} as const;

export type ClassName = keyof typeof CLASSES;

/** 0 unknown, 1 success, 2 failure. */
export type StatusId = 0 | 1 | 2;

/** 1 informational, 2 low, 3 medium, 4 high, 5 critical. */
export type SeverityId = 1 | 2 | 3 | 4 | 5;

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What all classes have; the rest is the class's own. */
export interface OcsfEvent {
  readonly activity_id: number;
  readonly activity_name: string;
  readonly category_uid: number;
  readonly class_uid: number;
  /** `class_uid * 100 + activity_id` */
  readonly type_uid: number;
  readonly severity_id: SeverityId;
  readonly status_id: StatusId;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
  readonly metadata: { readonly [name: string]: Json };
  readonly [more: string]: Json;
}
