import type * as z from 'zod/mini';
import { unknownAnswer } from '../failure.ts';
import { failureOf } from '../server.ts';
import { type Place, callSignedIn } from '../sign-in.ts';

/** What the server answers to an auditor. @throws Failure 1 when it refuses, 3 when nobody is signed in, 4 when it is away or answers something else */
export const askAs = async <T>(place: Place, schema: z.ZodMiniType<T>, path: string): Promise<T> => {
  const answer = await callSignedIn(place, 'GET', path);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const { success, data } = schema.safeParse(answer.body);
  if (!success) throw unknownAnswer(place.server);
  return data;
};
