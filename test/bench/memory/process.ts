/** A function in a process of its own, as Lambda has it; of nothing but its bundle and this. One call after the other, as they are sent. */
import {
  type BundledFunction,
  type Handler,
  type HandlerCall,
  loadHandler,
  replyOf,
} from '../../../local/gateway/handler.ts';

let bundled: BundledFunction;
let handler: Promise<Handler>;

/** What the process is told first is what to load; then, a call at a time, what to answer. */
process.on('message', (told: BundledFunction | HandlerCall) => {
  if ('bundlePath' in told) {
    bundled = told;
    handler = loadHandler(told);
  } else void replyOf(handler, bundled.identity, told).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());
