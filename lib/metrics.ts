import type { ErrorCode } from './domain/errors.ts';
import type { EventType } from './domain/event.ts';
import type { OAuthErrorCode } from './http/oauth-error.ts';

/**
 * All that is measured: its unit, and the one dimension that it has. CloudWatch charges for each value of a dimension that occurs, so each comes from a
 * closed list; never a handle, an id or anybody's word. docs/operations.md, "What is measured", tells of each.
 */
export const METRICS = {
  Refusals: { unit: 'Count', by: 'Code' },
  Faults: { unit: 'Count', by: 'Function' },
  Authenticate: { unit: 'Milliseconds', by: 'Function' },
  ReadLedger: { unit: 'Milliseconds', by: 'Function' },
  WriteIntent: { unit: 'Milliseconds', by: 'Function' },
  Sign: { unit: 'Milliseconds', by: 'Function' },
  OpenSession: { unit: 'Milliseconds', by: 'Function' },
  WriteOutcome: { unit: 'Milliseconds', by: 'Function' },
  MakeUrl: { unit: 'Milliseconds', by: 'Function' },
  Events: { unit: 'Count', by: 'Type' },
  Asked: { unit: 'Count', by: 'Approval' },
  Issued: { unit: 'Count', by: 'Way' },
  Waited: { unit: 'Seconds', by: 'Until' },
  OldestDue: { unit: 'Seconds', by: 'Function' },
  OldestIntent: { unit: 'Seconds', by: 'Function' },
} as const satisfies Readonly<Record<string, { readonly unit: string; readonly by: keyof Values }>>;

export type MetricName = keyof typeof METRICS;

/** Of each dimension, what it may be; `Function` is whoever measures. */
interface Values {
  readonly Code: ErrorCode | OAuthErrorCode;
  readonly Function: never;
  readonly Type: EventType;
  readonly Approval: 'auto' | 'stages' | 'breakGlass';
  readonly Way: 'assumeRole' | 'webIdentity' | 'saml' | 'console';
  readonly Until: 'approved' | 'denied' | 'cancelled' | 'lapsed' | 'reminded' | 'escalated';
}

type ValueOf<N extends MetricName> = Values[(typeof METRICS)[N]['by']];

export interface Meter {
  /** So much of it, once; of what is counted, 1. Nothing is written yet. */
  put<N extends MetricName>(name: N, amount: number, ...of: [ValueOf<N>] extends [never] ? [] : [ValueOf<N>]): void;
  /** Writes what was put since: a line for each value of a dimension, none where there is nothing. */
  flush(): void;
}

export const silentMeter: Meter = { put: () => undefined, flush: () => undefined };

export interface MeterParts {
  readonly stage: string;
  /** Gets one line of JSON with its end of line. By default it goes to standard output, where Lambda collects it. */
  readonly write?: (line: string) => void;
  readonly clock?: () => Date;
}

/** "A JSON array with no more than 100 members", of a metric's values. */
const MAX_VALUES = 100;

/** The allow-list at run time: of whatever else TypeScript let pass, only that it happened is told. No handle is so short, no ULID so without digits. */
const WORD = /^[A-Za-z][A-Za-z_.-]{0,31}$/;

/** What is to be written in one line: the values of each metric, of one value of one dimension. */
interface Line {
  readonly by: string;
  readonly of: string;
  readonly values: Map<MetricName, number[]>;
}

/**
 * A meter that writes CloudWatch's embedded metric format (CloudWatch User Guide, "Specification: Embedded metric format") into the function's log,
 * where CloudWatch finds it: no call, no privilege, and nothing that an answer waits for.
 */
export const createMeter = (service: string, { stage, write = toStdout, clock = now }: MeterParts): Meter => {
  let lines = new Map<string, Line>();
  const flush = (): void => {
    const timestamp = clock().getTime();
    for (const line of lines.values()) write(`${JSON.stringify(documentOf(line, stage, timestamp))}\n`);
    lines = new Map();
  };
  return {
    put: (name, amount, ...[of = service]) => {
      const { by } = METRICS[name];
      const value = WORD.test(of) ? of : 'other';
      const key = `${by} ${value}`;
      const line = lines.get(key) ?? { by, of: value, values: new Map<MetricName, number[]>() };
      lines.set(key, line);
      const values = line.values.get(name) ?? [];
      line.values.set(name, values);
      if (values.push(amount) === MAX_VALUES) flush();
    },
    flush,
  };
};

const documentOf = ({ by, of, values }: Line, stage: string, timestamp: number): object => ({
  _aws: {
    Timestamp: timestamp,
    CloudWatchMetrics: [
      {
        Namespace: `hatcheck/${stage}`,
        Dimensions: [[by]],
        Metrics: [...values.keys()].map((name) => ({ Name: name, Unit: METRICS[name].unit })),
      },
    ],
  },
  [by]: of,
  ...Object.fromEntries(values),
});

const toStdout = (line: string): void => {
  process.stdout.write(line);
};

const now = (): Date => new Date();
