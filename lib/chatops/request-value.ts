/** What a button of a request brings back: which request, and the last event that was shown. Never who, never what else. */
export interface OnRequest {
  readonly requestId: string;
  readonly seq: number;
}

export const requestValue = ({ requestId, seq }: OnRequest): string => `${requestId}.${seq}`;

/** Ids are as we make them. */
const REQUEST_VALUE = /^(r_[A-Z2-7]{26})\.(0|[1-9]\d{0,8})$/;

/** Undefined for what no button of ours brings. */
export const readRequestValue = (text: string): OnRequest | undefined => {
  const [, requestId, seq] = REQUEST_VALUE.exec(text) ?? [];
  return requestId === undefined ? undefined : { requestId, seq: Number(seq) };
};
