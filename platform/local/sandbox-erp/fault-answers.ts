import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import * as z from 'zod';
import { continuationExpired } from './continuation.ts';
import { type AnswerEffect, defineScenario, type FaultTarget } from './fault-effects.ts';
import { type Answer, errorAnswer, jsonAnswer, Refusal } from './http-answer.ts';

const mebibyte = 1024 * 1024;
const seconds = z.number().int().min(0);
const httpDateAheadMs = 2000;

/** Faults that answer instead of the ERP. */
export const answerScenarios = {
  unavailable: defineScenario('any', {
    parameters: z.strictObject({ retryAfter: seconds.optional() }),
    effect: ({ retryAfter }) =>
      before(() => refused(503, { code: 'maintenance', headers: retryAfterHeader(retryAfter ?? 'none') })),
  }),
  rate_limit: defineScenario('any', {
    parameters: z.strictObject({ retryAfter: seconds.or(z.enum(['date', 'garbage', 'none'])).default(1) }),
    effect: ({ retryAfter }) =>
      before(() => refused(429, { code: 'too_many_requests', headers: retryAfterHeader(retryAfter) })),
  }),
  server_error: defineScenario('any', {
    parameters: z.strictObject({ status: z.number().int().min(500).max(599).default(500) }),
    effect: ({ status }) => before(() => refused(status, { code: 'internal' })),
  }),
  redirect: defineScenario('any', {
    parameters: z.strictObject({ location: z.string().default('http://erp.invalid/login') }),
    effect: ({ location }) =>
      before((target) => ({
        status: 302,
        body: Buffer.alloc(0),
        headers: { location: location === 'self' ? target.url : location },
      })),
  }),
  error_in_200: defineScenario('data', {
    parameters: z.strictObject({ code: z.string().default('E_LOCKED') }),
    effect: ({ code }) => after(() => jsonAnswer({ Error: { Code: code, Message: 'The table is locked.' } })),
  }),
  gzip_bomb: defineScenario('data', {
    parameters: z.strictObject({
      mib: z.number().positive().max(1024).default(100),
      encoding: z.enum(['gzip', 'br']).default('gzip'),
    }),
    async effect({ mib, encoding }) {
      const body = await compressedPage(Math.ceil(mib * mebibyte), encoding);
      return after(() => ({ status: 200, body, headers: { 'content-encoding': encoding } }));
    },
  }),
  expired_token: defineScenario('page', {
    parameters: z.strictObject({}),
    effect: () => after((target) => (target.continued ? errorAnswer(continuationExpired()) : undefined)),
  }),
  permission_lost: defineScenario('data', {
    parameters: z.strictObject({ mode: z.enum(['forbidden', 'empty']).default('forbidden') }),
    effect: ({ mode }) =>
      mode === 'empty'
        ? { kind: 'shape', shape: { emptied: true } }
        : after(() => refused(403, { code: 'permission_denied' })),
  }),
};

function before(answer: (target: FaultTarget) => Answer | undefined): AnswerEffect {
  return { kind: 'answer', stage: 'before_session', answer };
}

function after(answer: (target: FaultTarget) => Answer | undefined): AnswerEffect {
  return { kind: 'answer', stage: 'after_session', answer };
}

function refused(status: number, options: { code: string; headers?: Record<string, string> }): Answer {
  return errorAnswer(new Refusal(status, { message: `Scripted fault: ${options.code}.`, ...options }));
}

function retryAfterHeader(retryAfter: number | 'date' | 'garbage' | 'none'): Record<string, string> {
  if (retryAfter === 'none') return {};
  if (retryAfter === 'garbage') return { 'retry-after': 'soon' };
  const text = retryAfter === 'date' ? new Date(Date.now() + httpDateAheadMs).toUTCString() : String(retryAfter);
  return { 'retry-after': text };
}

async function compressedPage(bytes: number, encoding: 'gzip' | 'br'): Promise<Buffer> {
  const page = Buffer.alloc(bytes, 'x');
  page.write('{"Next":null,"Count":0,"Padding":"');
  page.write('","Items":[]}', bytes - '","Items":[]}'.length);
  if (encoding === 'gzip') return promisify(gzip)(page);
  return promisify(brotliCompress)(page, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
