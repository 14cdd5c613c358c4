/** Slack, "Handling user interaction": where `response_url` leads. A token of the conversation is in its path, and what we answer goes there. */
const HOST = 'hooks.slack.com';

/**
 * The address that a verified payload says to answer at, or undefined where it is not Slack's: exactly its host over https, no port, no user.
 * Whoever calls it follows no redirect.
 * @param standIn the origin of what stands in for Slack on a laptop; then that and no other
 */
export const replyAddress = (text: string, standIn?: string): string | undefined => {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  return url.origin === (standIn === undefined ? `https://${HOST}` : new URL(standIn).origin) ? url.href : undefined;
};
