/** The InResponseTo of a response that nobody has vouched for: only to find the attempt that it claims to answer. */
export const unverifiedInResponseTo = (_base64: string): string | undefined => undefined;

/** Whom the response says it is from, to choose among the configured providers. Nothing has vouched for it. */
export const unverifiedIssuer = (_base64: string): string | undefined => undefined;
