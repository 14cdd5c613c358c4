import type { DynamodbAsked, StsAsked } from '../faults/aws-proxies.ts';
import type { Fate, Proxy } from '../faults/proxy.ts';

/** How often, out of a thousand requests on their way to AWS. Nobody hears of what is silent until their patience ends. */
const FATES: readonly (readonly [Fate, number])[] = [
  ['late', 40],
  ['throttled', 30],
  ['failed', 15],
  ['resetBefore', 15],
  ['resetAfter', 15],
  ['silentAfter', 2],
];
const TWICE = 100;
/** With these nothing is done of what was asked. */
const NEVER_ARRIVES: ReadonlySet<Fate> = new Set(['throttled', 'failed', 'resetBefore']);

export interface Weather {
  /** Faults by kind, so far. */
  readonly faults: ReadonlyMap<string, number>;
  /** From then on nothing is struck any more. */
  readonly calm: () => void;
}

export interface Winds {
  readonly dynamodb: Proxy<DynamodbAsked>;
  readonly others: Proxy<StsAsked>;
  readonly fraction: () => number;
  /** Told of each role session that STS is asked for, whether or not anybody hears what it answers. */
  readonly onOrder: (requestId: string) => void;
}

/** Strikes whatever goes to AWS, at random. A put of an event may arrive twice, as the SDK's second try would; nothing else may. */
export const startWeather = ({ dynamodb, others, fraction, onOrder }: Winds): Weather => {
  const faults = new Map<string, number>();
  const fate = (mayComeTwice: boolean): Fate | undefined => {
    let left = fraction() * 1000;
    const odds = mayComeTwice ? [...FATES, ['twice', TWICE] as const] : FATES;
    for (const [kind, share] of odds) {
      left -= share;
      if (left >= 0) continue;
      faults.set(kind, (faults.get(kind) ?? 0) + 1);
      return kind;
    }
    return undefined;
  };
  const told = ({ action, requestId }: StsAsked): void => {
    if (action.startsWith('AssumeRole') && requestId !== '') onOrder(requestId);
  };
  dynamodb.strike(({ event }) => fate(event !== undefined));
  others.strike((asked) => {
    const struck = fate(false);
    if (struck === undefined || !NEVER_ARRIVES.has(struck)) told(asked);
    return struck;
  });
  return {
    faults,
    calm: () => {
      dynamodb.strike(() => undefined);
      others.strike((asked) => {
        told(asked);
        return undefined;
      });
    },
  };
};
