/** What stands in the identity table. Each function is given the kinds of item that are its own. */
export { dynamoAttempts } from './attempts.ts';
export { dynamoDirectory } from './directory.ts';
export type { IdentityTable } from './identity-item.ts';
export { dynamoReplayGuard } from './replay-guard.ts';
export { dynamoSessions } from './sessions.ts';
export { dynamoTexts } from './texts.ts';
