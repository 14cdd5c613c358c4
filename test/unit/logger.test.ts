import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../../lib/logger.ts';
import { recordingLogger } from '../support/logger.ts';
import { standardOutputOf } from './standard-output.ts';

describe('a log line', () => {
  test('is one line of JSON', () => {
    const { logger, text, lines } = recordingLogger();
    logger.warn('two\nlines', { reason: 'a\r\nb' });
    expect(text().endsWith('}\n')).toBe(true);
    expect(text().split('\n')).toHaveLength(2);
    expect(lines()).toEqual([
      {
        level: 'WARN',
        message: 'two\nlines',
        timestamp: '2026-11-22T10:00:00.000Z',
        service: 'test',
        reason: 'a\r\nb',
      },
    ]);
  });

  test('has the fields of the list and no others, whatever it is given', () => {
    const { logger, lines } = recordingLogger();
    const more = { callId: 'c', token: 'SECRET', body: { a: 'SECRET' }, handle: { toString: () => 'SECRET' } };
    logger.info('x', more as unknown as { callId: string });
    expect(lines()[0]).toEqual({
      level: 'INFO',
      message: 'x',
      timestamp: expect.any(String),
      service: 'test',
      callId: 'c',
    });
  });

  test('does not grow without end', () => {
    const { logger, text } = recordingLogger();
    const error = new Error('m'.repeat(100_000));
    logger.error('x', { reason: 'r'.repeat(100_000) }, error);
    expect(text().length).toBeLessThan(6000);
  });
});

describe('an error in the log', () => {
  test('has name, message and stack, and of its other properties nothing', () => {
    const { logger, text, lines } = recordingLogger();
    const error = Object.assign(new TypeError('what happened'), { $response: 'SECRET', refusal: { secret: 'SECRET' } });
    logger.error('failure', {}, error);
    expect(lines()[0]?.['error']).toEqual({
      name: 'TypeError',
      message: 'what happened',
      stack: expect.stringContaining('logger.test'),
    });
    expect(text()).not.toContain('SECRET');
  });

  test('has its causes, down to three', () => {
    const { logger, lines } = recordingLogger();
    const chain = [1, 2, 3, 4, 5].reduce<Error | undefined>((cause, n) => new Error(`e${n}`, { cause }), undefined);
    logger.error('x', {}, chain);
    expect(JSON.stringify(lines()).match(/"message":"e\d"/g)).toHaveLength(4);
  });

  test('that is no Error is told by its type only', () => {
    const { logger, lines } = recordingLogger();
    logger.error('x', {}, 'SECRET');
    expect(lines()[0]?.['error']).toEqual({ name: 'string' });
  });

  test('that is its own cause does not hang', () => {
    const { logger, lines } = recordingLogger();
    const error = new Error('x');
    error.cause = error;
    logger.error('x', {}, error);
    expect(lines()).toHaveLength(1);
  });
});

test('without anything given it writes to standard output', () => {
  const written = standardOutputOf(() => {
    createLogger('service').info('hello');
  });
  expect(JSON.parse(written)).toMatchObject({ service: 'service', message: 'hello' });
});
