import type { Functions } from './functions.ts';

/** A call of a function that came to an end, whichever. */
export interface AnsweredCall {
  readonly functionId: string;
  /** Of the answer as JSON; 0 of an error. */
  readonly bytes: number;
}

/** The same functions, with somebody who is told of each call. */
export const heardBy = (onAnswered: (call: AnsweredCall) => void, functions: Functions): Functions => ({
  ...functions,
  invoke: async (functionId, event) => {
    let bytes = 0;
    try {
      const answer = await functions.invoke(functionId, event);
      bytes = Buffer.byteLength(JSON.stringify(answer));
      return answer;
    } finally {
      onAnswered({ functionId, bytes });
    }
  },
});
