import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type TicketServer, startTicketServer } from '../../local/ticket-server.ts';

const TOKEN = 'a-token-of-this-run';

let server: TicketServer;
beforeEach(async () => {
  server = await startTicketServer({ port: 0, token: TOKEN, tickets: { 'OPS-1': { open: true } } });
});
afterEach(() => server.close());

const statusOf = async (address: string): Promise<string> => {
  const socket = connect(Number(new URL(server.origin).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.end(`GET ${address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`);
  return (await text(socket)).slice(9, 12);
};

test.each(['//', 'http://[', '/tickets/%zz', '/tickets/%ff'])(
  '%s names no ticket, and the next one is found',
  async (address) => {
    await expect(statusOf(address)).resolves.toBe('404');
    await expect(statusOf('/tickets/OPS-1')).resolves.toBe('200');
  },
);
