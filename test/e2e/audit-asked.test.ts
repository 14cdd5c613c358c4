import { createPublicKey } from 'node:crypto';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { checkProof, proofOf } from '../../lib/broker/log/proof-file.ts';
import { answers } from '../../lib/http/answers.ts';
import type { Browser } from '../../local/browser.ts';
import { askForAdmin } from '../support/ask.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const signed = z.looseObject({
  seq: z.int(),
  size: z.int(),
  checkpoint: z.string(),
  signature: z.string(),
  kid: z.string(),
});
const proofs = z.array(
  z.looseObject({ stream: z.string(), seq: z.int(), index: z.int(), canonical: z.string(), path: z.array(z.string()) }),
);
const keys = z.array(z.looseObject({ pem: z.string() }));

let stack: TestStack;
let auditor: Browser;
let id: string;

/** As the function's own role may, through everything that stands before it. */
beforeAll(async () => {
  stack = await startTestStack();
  auditor = await stack.signedIn('auditor@example.com');
  const [engineer, approver] = [
    await stack.signedIn('engineer@example.com'),
    await stack.signedIn('approver@example.com'),
  ];
  ({ id } = await askForAdmin(stack));
  await approver.call('POST', `/v1/requests/${id}/approve`, { comment: 'Go on.' });
  await engineer.call('POST', `/v1/requests/${id}/credentials`);
  await engineer.call('POST', `/v1/requests/${id}/end`);
  for (let n = 0; n < 2; n += 1) await stack.ledgerStream.poll();
  await stack.checkpoints.run();
});
afterAll(() => stack.close());

const stream = () => encodeURIComponent(`request#${id}`);

describe('the record, asked by an auditor', () => {
  test('says what happened, and who could do what, without having read the ledger', async () => {
    const { status, json } = await auditor.call('GET', '/v1/audit?account=111122223333&from=2026-01-01T00:00:00Z');
    expect(status).toBe(200);
    expect(answers.Found().safeParse(json).error).toBeUndefined();
    expect(json).toMatchObject({
      grants: [{ requestId: id, requester: { displayName: 'Erin Engineer' }, sessions: 1 }],
    });
    const { events } = z.object({ events: z.array(z.looseObject({ type: z.string() })) }).parse(json);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['request.submitted', 'credentials.issued', 'request.ended']),
    );
  });

  test('tells a request’s whole life, each event of it proved by a checkpoint', async () => {
    const { status, json } = await auditor.call('GET', `/v1/audit/requests/${id}`);
    expect(status).toBe(200);
    expect(answers.Dossier().safeParse(json).error).toBeUndefined();
    expect(json).toMatchObject({ coverage: { proved: 5, waiting: 0, unproved: 0, checkpoint: { seq: 0 } } });
  });

  test('proves its events to whoever has the public key and nothing else', async () => {
    const { json } = await auditor.call('GET', `/v1/audit/verify?stream=${stream()}&proofs=true`);
    expect(answers.Verdict().safeParse(json).error).toBeUndefined();
    const [checkpoint, own, [key]] = [
      signed.parse(json['checkpoint']),
      proofs.parse(json['proofs']),
      keys.parse(json['keys']),
    ];
    expect([json['ok'], own.length]).toEqual([true, 5]);
    for (const proof of own)
      expect(checkProof(proofOf(proof, checkpoint), [createPublicKey(key?.pem ?? '')])).toMatchObject({
        stream: `request#${id}`,
      });
  });

  test('holds the ledger against its checkpoints, and names what was altered by hand', async () => {
    expect((await auditor.call('GET', '/v1/audit/verify')).json).toMatchObject({
      ok: true,
      checked: { checkpoints: 1 },
    });
    const credentials = { accessKeyId: 'by', secretAccessKey: 'hand' };
    const byHand = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1', credentials });
    const TableName = stack.template.tables['LedgerTable']?.createTable.TableName;
    const { Item = {} } = await byHand.send(
      new GetItemCommand({ TableName, Key: { stream: { S: `request#${id}` }, seq: { N: '1' } } }),
    );
    const other = { ...Item, canonical: { S: (Item['canonical']?.S ?? '').replace('"stage":0', '"stage":1') } };
    const firstBad = { what: 'altered', stream: `request#${id}`, seq: 1, checkpoint: 0 };
    await byHand.send(new PutItemCommand({ TableName, Item: other }));
    for (const query of ['', `?stream=${stream()}`])
      expect((await auditor.call('GET', `/v1/audit/verify${query}`)).json).toMatchObject({ ok: false, firstBad });
    expect((await auditor.call('GET', `/v1/audit/requests/${id}`)).status).toBe(503);
    await byHand.send(new PutItemCommand({ TableName, Item }));
    byHand.destroy();
    expect((await auditor.call('GET', '/v1/audit/verify')).json).toMatchObject({ ok: true });
  });

  test('is nobody else’s', async () => {
    const engineer = await stack.signedIn('engineer@example.com');
    for (const path of [
      '/v1/audit',
      `/v1/audit/requests/${id}`,
      '/v1/audit/verify',
      `/v1/audit/verify?stream=${stream()}`,
    ])
      expect(await engineer.call('GET', path)).toMatchObject({ status: 403, json: { code: 'not_an_auditor' } });
  });
});
