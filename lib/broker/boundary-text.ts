import * as z from 'zod/mini';
import {
  type BoundaryStatement,
  type EndedSessions,
  OUR_SID,
  type OfPerson,
  PERSON,
  REQUEST_TAG,
} from '../domain/boundary.ts';
import { latest } from '../domain/time.ts';

/** What a boundary says now: the statements that are the account's own, and whose sessions it denies. */
export interface BoundaryNow {
  readonly own: readonly BoundaryStatement[];
  readonly ended: EndedSessions;
}

const statement = z.record(z.string(), z.unknown());
const document = z.object({ Statement: z.union([z.array(statement), statement]) });
const revoked = z.object({ Condition: z.object({ StringEquals: z.object({ [REQUEST_TAG]: z.array(z.string()) }) }) });
const dateLessThan = z.object({ 'aws:TokenIssueTime': z.iso.datetime() });
const issuedBefore = z.object({ Condition: z.object({ DateLessThan: dateLessThan }) });
const ofPerson = z.object({
  Condition: z.object({ StringEquals: z.object({ [PERSON]: z.string() }), DateLessThan: dateLessThan }),
});

/** @throws SyntaxError or ZodError when it is no policy, which IAM would not have stored. */
export const readBoundary = (text: string): BoundaryNow => {
  const { Statement } = document.parse(JSON.parse(text));
  const statements = Array.isArray(Statement) ? Statement : [Statement];
  const ours = (name: string) => statements.find(({ Sid }) => Sid === `${OUR_SID}${name}`);
  const before = ours('IssuedBefore');
  const ids = ours('Revoked');
  const ofPeople = statements.filter(({ Sid }) => typeof Sid === 'string' && OF_PERSON.test(Sid)).map(readOfPerson);
  return {
    own: statements.filter(({ Sid }) => typeof Sid !== 'string' || !Sid.startsWith(OUR_SID)),
    ended: {
      requestIds: ids ? revoked.parse(ids).Condition.StringEquals[REQUEST_TAG] : [],
      ...(before ? { issuedBefore: issuedBefore.parse(before).Condition.DateLessThan['aws:TokenIssueTime'] } : {}),
      ...(ofPeople.length === 0 ? {} : { ofPeople }),
    },
  };
};

const OF_PERSON = new RegExp(`^${OUR_SID}Person[0-9]+$`);

const readOfPerson = (found: BoundaryStatement): OfPerson => {
  const { StringEquals, DateLessThan } = ofPerson.parse(found).Condition;
  return { handle: StringEquals[PERSON], issuedBefore: DateLessThan['aws:TokenIssueTime'] };
};

/** What it says, and denies what the versions denied that were written over. The account's own statements stay those of the one. */
export const withOverwritten = (now: BoundaryNow, overwritten: readonly BoundaryNow[]): BoundaryNow => {
  const all = [now, ...overwritten].map(({ ended }) => ended);
  const [first, ...rest] = all.flatMap((ended) => ended.issuedBefore ?? []);
  const ofPeople = latestOfEach(all.flatMap((ended) => ended.ofPeople ?? []));
  return {
    own: now.own,
    ended: {
      requestIds: [...new Set(all.flatMap(({ requestIds }) => requestIds))],
      ...(first === undefined ? {} : { issuedBefore: rest.reduce(latest, first) }),
      ...(ofPeople.length === 0 ? {} : { ofPeople }),
    },
  };
};

const latestOfEach = (ofPeople: readonly OfPerson[]): readonly OfPerson[] =>
  [...Map.groupBy(ofPeople, ({ handle }) => handle)].map(([handle, each]) => ({
    handle,
    issuedBefore: each.map((one) => one.issuedBefore).reduce(latest),
  }));
