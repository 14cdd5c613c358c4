import type { Broker } from '../lib/broker/broker.ts';
import type { Logger } from '../lib/logger.ts';

/** The operator reads it in the log; no answer waits for it, and none tells of it. */
export const warningTo =
  (logger: Logger): Broker['warn'] =>
  (message, cause) => {
    logger.error(message, {}, cause);
  };
