/** What a log line may say: these fields and no others. Never an event, a body, a token, a claim or anybody's words. */
export interface LogFields {
  readonly callId?: string;
  readonly route?: string;
  readonly status?: number;
  readonly code?: string;
  /** Why, for the operator: our own words, not the client's. */
  readonly reason?: string;
  readonly handle?: string;
  readonly ms?: number;
  readonly requestId?: string;
  readonly entitlementId?: string;
  readonly eventId?: string;
  readonly stream?: string;
  readonly seq?: number;
  readonly provider?: string;
  readonly attempt?: number;
  /** Of the caller's own trace, as they say it: hexadecimal digits. */
  readonly traceId?: string;
  readonly parentId?: string;
}

export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  /** `cause` is logged as name, message and stack, with its own causes; none of its other properties. */
  error(message: string, fields?: LogFields, cause?: unknown): void;
}

/** The allow-list at run time: a value that TypeScript let pass with more members than its type has still says no more. */
const allowed = {
  callId: true,
  route: true,
  status: true,
  code: true,
  reason: true,
  handle: true,
  ms: true,
  requestId: true,
  entitlementId: true,
  eventId: true,
  stream: true,
  seq: true,
  provider: true,
  attempt: true,
  traceId: true,
  parentId: true,
} as const satisfies Record<keyof Required<LogFields>, true>;

const MAX_TEXT = 500;
const MAX_STACK = 4000;
const MAX_CAUSES = 3;

export interface LoggerParts {
  /** Gets one line of JSON with its end of line. By default it goes to standard output, where Lambda collects it. */
  readonly write?: (line: string) => void;
  readonly clock?: () => Date;
}

/** A logger that writes one JSON object a line: `level`, `message`, `timestamp`, `service`, and the fields. It never throws. */
export const createLogger = (service: string, { write = toStdout, clock = now }: LoggerParts = {}): Logger => {
  const log = (level: string, message: string, fields: LogFields = {}, more: object = {}): void => {
    write(
      `${JSON.stringify({ level, message, timestamp: clock().toISOString(), service, ...allowedOf(fields), ...more })}\n`,
    );
  };
  return {
    info: (message, fields) => {
      log('INFO', message, fields);
    },
    warn: (message, fields) => {
      log('WARN', message, fields);
    },
    error: (message, fields, cause) => {
      log('ERROR', message, fields, cause === undefined ? {} : { error: describe(cause, MAX_CAUSES) });
    },
  };
};

const toStdout = (line: string): void => {
  process.stdout.write(line);
};

const now = (): Date => new Date();

const allowedOf = (fields: LogFields): Record<string, string | number> => {
  const kept: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(fields) as [string, unknown][]) {
    if (!Object.hasOwn(allowed, name)) continue;
    if (typeof value === 'number') kept[name] = value;
    if (typeof value === 'string') kept[name] = value.slice(0, MAX_TEXT);
  }
  return kept;
};

const describe = (cause: unknown, depth: number): object => {
  // Something that is no Error was thrown: what it says is unknown, so only its type is told.
  if (!(cause instanceof Error)) return { name: typeof cause };
  const { name, message, stack } = cause;
  return {
    name,
    message: message.slice(0, MAX_TEXT),
    ...(stack === undefined ? {} : { stack: stack.slice(0, MAX_STACK) }),
    ...(cause.cause === undefined || depth === 0 ? {} : { cause: describe(cause.cause, depth - 1) }),
  };
};
