/** A sign-in token takes a few hundred characters. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * The sign-in token in a federation endpoint's answer. Errors say what kind of answer it was and nothing of what was in it.
 *
 * @throws Error when it is not 200, longer than 64 KiB, or not JSON with a `SigninToken`; TypeError when it breaks off.
 */
export const signinTokenIn = async (answer: Response): Promise<string> => {
  if (answer.status !== 200) {
    await answer.body?.cancel();
    throw new Error(`the federation endpoint answered ${answer.status}`);
  }
  const json = parsed(await limitedText(answer));
  const token = typeof json === 'object' && json !== null && 'SigninToken' in json ? json.SigninToken : undefined;
  if (typeof token !== 'string' || token === '') throw new Error('the answer has no SigninToken');
  return token;
};

const limitedText = async ({ body }: Response): Promise<string> => {
  const stream: ReadableStream<Uint8Array> | null = body;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    // Without its cause: the parser's message quotes the text.
    throw new Error('the answer is not JSON');
  }
};
