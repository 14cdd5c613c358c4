import type { ServerResponse } from 'node:http';

/** How a call is answered that is to do nothing, as a platform answers one while it is away or has had too many. */
export interface Failure {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body?: string;
}

export const answerFailure = (response: ServerResponse, { status, retryAfter, body = '' }: Failure): void => {
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end(body);
};
