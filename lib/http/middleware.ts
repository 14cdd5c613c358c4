import type { MiddlewareObj, Request } from '@middy/core';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Answer, ApiContext } from './call.ts';

/** What passes through the middlewares: at first a handler's answer, in the end what API Gateway takes. */
export type Passing = Answer | APIGatewayProxyStructuredResultV2;

export type ApiRequest = Request<unknown, Passing, Error, ApiContext>;

export type ApiMiddleware = MiddlewareObj<unknown, Passing, Error, ApiContext>;
