import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect as connectPlainly } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Server, connect, createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readEvent } from '../../lib/http/incoming.ts';
import { httpEvent } from '../support/events.ts';
import { sayMissing } from './skipped.ts';

const found = spawnSync('openssl', ['version']).status === 0;
sayMissing('openssl', found ? undefined : 'openssl');

/** What docs/operations.md has whoever sets up an edge type, but for what goes to AWS or is removed. */
const COMMANDS = (
  /## An edge in front\n[^]*?```sh\n([^]*?)```/.exec(readFileSync('docs/operations.md', 'utf8'))?.[1] ?? ''
)
  .split('\n')
  .filter((line) => /^(?:openssl|printf) /.test(line));

const make = (folder: string): void => {
  const { status, stderr } = spawnSync('sh', ['-ec', COMMANDS.join('\n')], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
};

(found ? describe : describe.skip)('the certificate that the page has one make', () => {
  const folders: string[] = [];
  const file = (name: string, folder = 0) => readFileSync(join(folders[folder] ?? '', name));
  let api: Server;
  let taken: number;

  beforeAll(async () => {
    for (const whose of ['ours', 'theirs']) folders.push(mkdtempSync(join(tmpdir(), `hatcheck-edge-${whose}-`)));
    for (const folder of folders) make(folder);
    // As API Gateway with a truststore: any certificate of its own will do for the API’s side.
    const own = { cert: file('edge.pem'), key: file('edge.key') };
    api = createServer({
      ...own,
      ca: file('ca.pem'),
      requestCert: true,
      rejectUnauthorized: true,
      maxVersion: 'TLSv1.2',
    });
    taken = 0;
    api.on('secureConnection', (socket) => {
      taken += 1;
      socket.on('error', () => undefined).end('200');
    });
    await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  });

  afterAll(async () => {
    await new Promise((resolve) => api.close(resolve));
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  /** What the API answers to whoever shows that; undefined where there is no connection at all. */
  const asked = (shown: { readonly cert?: Buffer; readonly key?: Buffer }): Promise<string | undefined> =>
    new Promise((resolve) => {
      const plain = connectPlainly((api.address() as AddressInfo).port, '127.0.0.1');
      const socket = connect({ socket: plain, rejectUnauthorized: false, ...shown });
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(text === '' ? undefined : text);
      });
    });

  test('is for clients, for 13 months, and signed by the authority that the truststore has', () => {
    const certificate = new X509Certificate(file('edge.pem'));
    expect(certificate.subject).toBe('CN=hatcheck-edge');
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.verify(new X509Certificate(file('ca.pem')).publicKey)).toBe(true);
    expect((certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000).toBe(397);
  });

  test('is the one that functions know the edge by', () => {
    const event = httpEvent({ headers: { 'x-hatcheck-viewer': '203.0.113.9' } });
    const clientCert = { subjectDN: new X509Certificate(file('edge.pem')).subject };
    expect(readEvent(event).sourceIp).toBe('192.0.2.1');
    const requestContext = { ...event.requestContext, authentication: { clientCert } };
    expect(readEvent({ ...event, requestContext }).sourceIp).toBe('203.0.113.9');
  });

  test('opens what it is for', async () => {
    expect(await asked({ cert: file('edge.pem'), key: file('edge.key') })).toBe('200');
  });

  test('attack: whoever goes round the edge, without one, does not get as far as a call', async () => {
    const before = taken;
    expect(await asked({})).toBeUndefined();
    expect(taken).toBe(before);
  });

  test('attack: one of the same name that somebody else made does not either', async () => {
    const before = taken;
    expect(await asked({ cert: file('edge.pem', 1), key: file('edge.key', 1) })).toBeUndefined();
    expect(taken).toBe(before);
  });
});
