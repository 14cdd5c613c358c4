/** Runs in a worker thread of its own: one function, loaded once, called many times at once. */
import { parentPort, workerData } from 'node:worker_threads';
import { type BundledFunction, type HandlerCall, type HandlerReply, loadHandler, replyOf } from './handler.ts';

interface Numbered {
  readonly callId: number;
}

export type Call = HandlerCall & Numbered;
export type Reply = HandlerReply & Numbered;

const port = parentPort;
if (!port) throw new Error('this module is the start of a worker thread');

// The parent thread, which is this same program, is what fills this in.
const bundled = workerData as BundledFunction;
const handler = await loadHandler(bundled);

port.on('message', ({ callId, ...call }: Call) => {
  void replyOf(handler, bundled.identity, call).then((reply) => {
    port.postMessage({ callId, ...reply } satisfies Reply);
  });
});
