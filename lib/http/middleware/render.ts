import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Answer } from '../call.ts';
import type { ApiMiddleware } from '../middleware.ts';

/** Turns the handler's answer into what API Gateway takes. All header names are in lower case from here on. */
export const render = (): ApiMiddleware => ({
  after: (request) => {
    if (request.response && 'status' in request.response) request.response = rendered(request.response);
  },
});

const rendered = (answer: Answer): APIGatewayProxyStructuredResultV2 => {
  const { body, type, isBase64Encoded = false } = content(answer);
  return {
    statusCode: answer.status,
    headers: { ...(type === undefined ? {} : { 'content-type': type }), ...inLowerCase(answer.headers ?? {}) },
    ...(answer.cookies?.length ? { cookies: [...answer.cookies] } : {}),
    ...(body === undefined ? {} : { body, isBase64Encoded }),
  };
};

const content = ({ json, html, text, asset }: Answer): { body?: string; type?: string; isBase64Encoded?: boolean } => {
  if (json !== undefined) return { body: JSON.stringify(json), type: 'application/json' };
  if (html !== undefined) return { body: html, type: 'text/html; charset=utf-8' };
  if (text !== undefined) return { body: text, type: 'text/plain; charset=utf-8' };
  if (asset) return { body: asset.body, type: asset.type, isBase64Encoded: asset.encoding === 'base64' };
  return {};
};

const inLowerCase = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
