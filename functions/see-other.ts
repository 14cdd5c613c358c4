import type { Answer } from '../lib/http/api.ts';

/** 303, so that the browser goes on with a GET whatever it came with (RFC 9700, 4.12). */
export const seeOther = ({
  location,
  cookies = [],
}: {
  readonly location: string;
  readonly cookies?: string[];
}): Answer => ({ status: 303, headers: { location }, cookies });
