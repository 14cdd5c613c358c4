import * as z from 'zod/mini';
import { HatcheckError } from '../domain/errors.ts';

const request = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  ResourceProperties: z.record(z.string(), z.unknown()),
});

/** What CloudFormation calls a function with that stands for a resource ("Custom resource request objects"). */
export type CustomResourceRequest = z.infer<typeof request>;

/** @throws ZodError when it is none. */
export const customResourceRequest = (event: unknown): CustomResourceRequest => request.parse(event);

export type Outcome = { readonly status: 'SUCCESS' } | { readonly status: 'FAILED'; readonly reason: string };

export interface AnswerOptions {
  /** Only where something stands in for AWS: the answer may go to an address of this machine. */
  readonly loopback: boolean;
  readonly pause: (ms: number) => Promise<void>;
  readonly timeoutMs?: number;
}

const TRIES = 3;
const PAUSE_MS = 500;
const TIMEOUT_MS = 5000;

/**
 * Tells CloudFormation what became of it ("Custom resource response objects"); it waits for that. `resourceId` is the same for each
 * call, or CloudFormation would have the resource before it deleted.
 *
 * @throws HatcheckError `aws_unavailable` when the address is none of AWS's, or takes no answer in three tries; Lambda calls again then.
 */
export const answerStack = async (
  { ResponseURL, StackId, RequestId, LogicalResourceId }: CustomResourceRequest,
  resourceId: string,
  outcome: Outcome,
  options: AnswerOptions,
): Promise<void> => {
  const url = answerUrl(ResponseURL, options.loopback);
  const named = { StackId, RequestId, LogicalResourceId, PhysicalResourceId: resourceId };
  const said = outcome.status === 'FAILED' ? { Reason: outcome.reason } : {};
  // As bytes: a content type would not be what the address was signed for.
  const body = Buffer.from(JSON.stringify({ Status: outcome.status, ...said, ...named }));
  for (let tries = 1; !(await isTaken(url, body, options.timeoutMs ?? TIMEOUT_MS)); tries += 1) {
    if (tries === TRIES) throw notAnswered('CloudFormation takes no answer');
    await options.pause(PAUSE_MS * tries);
  }
};

const answerUrl = (text: string, loopback: boolean): URL => {
  const url = new URL(text);
  const isAws = url.protocol === 'https:' && url.port === '' && /\.amazonaws\.com(\.cn)?$/.test(url.hostname);
  const isOwn = loopback && url.protocol === 'http:' && url.hostname === '127.0.0.1';
  if ((!isAws && !isOwn) || url.username !== '') throw notAnswered('the address of the answer is none of AWS’s');
  return url;
};

/** The address holds a signature: it stands in no message. */
const isTaken = async (url: URL, body: Uint8Array<ArrayBuffer>, timeoutMs: number): Promise<boolean> => {
  try {
    const answered = await fetch(url, {
      ...{ method: 'PUT', body, redirect: 'error' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    await answered.body?.cancel();
    return answered.ok;
  } catch {
    return false;
  }
};

const notAnswered = (reason: string): HatcheckError => new HatcheckError({ code: 'aws_unavailable', reason });
