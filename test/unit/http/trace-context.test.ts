import { describe, expect, test } from '@jest/globals';
import { traceContextOf } from '../../../lib/http/trace-context.ts';
import { bearer, stubApi } from './stub-api.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

describe('a traceparent header', () => {
  test.each([
    `00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-00`,
    `cc-${TRACE}-${PARENT}-01`,
    `cc-${TRACE}-${PARENT}-01-more`,
  ])('%s is read', (header) => {
    expect(traceContextOf(header)).toEqual({ traceId: TRACE, parentId: PARENT });
  });

  test.each([
    undefined,
    '',
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}-01more`,
    `cc-${TRACE}-${PARENT}-01more`,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${PARENT}-01`,
    ` 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01,00-${TRACE}-${PARENT}-01`,
    'p_engineer',
  ])('%s is none', (header) => {
    expect(traceContextOf(header)).toEqual({});
  });

  test('is in the line of the call, so that it can be joined to the caller’s own trace', async () => {
    const { call, log } = stubApi();
    await call({ path: '/v1/requests', headers: { ...bearer, traceparent: `00-${TRACE}-${PARENT}-01` } });
    expect(log.lines()).toEqual([expect.objectContaining({ message: 'call', traceId: TRACE, parentId: PARENT })]);
  });

  test('attack: what is none is no way into the log', async () => {
    const { call, log } = stubApi();
    await call({ path: '/v1/requests', headers: { ...bearer, traceparent: '00-CANARY"\n{"level":"ERROR"}-x-01' } });
    expect(log.text()).not.toContain('CANARY');
    expect(log.text().split('\n')).toHaveLength(2);
  });
});
