import type { Asker } from '../asker.ts';
import { durationSeconds } from '../duration.ts';
import { Failure } from '../failure.ts';
import { member } from '../json.ts';
import type { Request, RequestsQuery } from '../requests.ts';
import { instantGiven } from '../shown/times.ts';

/** The options of any act. */
export interface ActOptions {
  readonly because?: string;
  readonly comment?: string;
  readonly for?: string;
  readonly at?: string;
  readonly bundle?: boolean;
  readonly seq?: string;
}

export interface Acting {
  readonly options: ActOptions;
  readonly asker: Asker | undefined;
  readonly now: Date;
}

/** An act on one request, as the API takes it. */
export interface Act {
  /** In whose lists the request may be. */
  readonly among: readonly RequestsQuery['as'][];
  /** What is sent, once all of it is known. @throws Failure 2 where something is missing and nobody can be asked */
  readonly body: (request: Request, acting: Acting) => Promise<object>;
  /** Whether it gives something away, so that whoever does it sees first what. */
  readonly gives?: true;
}

const DECIDERS = ['approver', 'auditor'] as const;
const OWN = ['requester'] as const;

/** What has to be said, asked for where it can be. */
const words = async ({ options: { because }, asker }: Acting, question: string): Promise<string> => {
  if (because !== undefined) return because;
  if (!asker) throw new Failure(2, 'say why: --because');
  return asker.ask(question);
};

/** The place of the last event that was shown. */
const seqOf = ({ options: { seq } }: Acting): { seq?: number } => {
  if (seq === undefined) return {};
  if (!/^\d{1,7}$/.test(seq)) throw new Failure(2, '--seq is the number that the request has there');
  return { seq: Number(seq) };
};

const bundleOf = ({ options: { bundle } }: Acting): { bundle?: true } => (bundle ? { bundle: true } : {});

export const ACTS = {
  approve: {
    ...{ among: DECIDERS, gives: true },
    body: (_request, acting) => {
      const { comment, for: duration, at } = acting.options;
      return Promise.resolve({
        ...seqOf(acting),
        ...bundleOf(acting),
        ...(comment === undefined ? {} : { comment }),
        ...(duration === undefined ? {} : { durationSeconds: durationSeconds(duration) }),
        ...(at === undefined ? {} : { startAt: instantGiven(at, acting.now) }),
      });
    },
  },
  deny: {
    among: DECIDERS,
    body: async (_request, acting) => ({
      ...{ reason: await words(acting, 'Why not'), ...seqOf(acting), ...bundleOf(acting) },
    }),
  },
  revoke: {
    among: DECIDERS,
    body: async (_request, acting) => ({ reason: await words(acting, 'Why is it taken back') }),
  },
  cancel: { among: OWN, body: () => Promise.resolve({}) },
  end: { among: OWN, body: () => Promise.resolve({}) },
  extend: {
    among: OWN,
    body: async (_request, acting) => ({
      durationSeconds: await moreTime(acting),
      justification: await words(acting, 'Why is it needed longer'),
    }),
  },
} as const satisfies Readonly<Record<string, Act>>;

export type ActName = keyof typeof ACTS;

const moreTime = async ({ options, asker }: Acting): Promise<number> => {
  if (options.for !== undefined) return durationSeconds(options.for);
  if (!asker) throw new Failure(2, 'say how much longer: --for');
  return durationSeconds(await asker.ask('How much longer', { otherwise: '1h' }));
};

const VERDICTS = ['justified', 'unjustified'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What somebody else's break-glass was. */
export const reviewBy = (verdict: Verdict | undefined): Act => ({
  among: DECIDERS,
  body: async (_request, acting) => ({
    verdict: verdict ?? (await chosenVerdict(acting)),
    comment: await words(acting, 'Why'),
  }),
});

const chosenVerdict = async ({ asker }: Acting): Promise<Verdict> => {
  if (!asker) throw new Failure(2, 'say what it was: justified or unjustified');
  const choices = VERDICTS.map((value) => ({ value, name: value, more: [] }));
  return asker.choose('What was it?', choices);
};

/** Whether more time is asked for on it, rather than the request itself. */
export const isOnExtension = ({ status, view }: Request): boolean =>
  status !== 'pending' && member(member(view, 'extension'), 'status') === 'pending';
