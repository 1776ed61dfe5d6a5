import * as z from 'zod';
import { defineScenario } from './fault-effects.ts';
import type { Answer, Delivery } from './http-answer.ts';

const mebibyte = 1024 * 1024;
const deepBrackets = 200_000;
const rows = z.number().int().min(0).max(100_000);

/** Faults that bend a page or spoil its bytes. */
export const pageScenarios = {
  truncated_page: defineScenario('page', {
    parameters: z.strictObject({ mode: z.enum(['length', 'close']).default('length'), atByte: rows.optional() }),
    effect: ({ mode, atByte }) => ({
      kind: 'transform',
      transform: (answer) => {
        const cutAt = Math.min(atByte ?? Math.floor(answer.body.length / 2), answer.body.length - 1);
        return withDelivery(answer, { cutAt, declare: mode === 'close' ? 'whole' : 'sent' });
      },
    }),
  }),
  duplicate: defineScenario('page', {
    parameters: z.strictObject({ rows: rows.default(1) }),
    effect: (given) => ({ kind: 'shape', shape: { repeatRows: given.rows } }),
  }),
  short_page: defineScenario('page', {
    parameters: z.strictObject({ rows: rows.optional() }),
    effect: (given) => ({ kind: 'shape', shape: { rowsAtMost: given.rows ?? 'half' } }),
  }),
  oversized: defineScenario('page', {
    parameters: z.strictObject({ mib: z.number().positive().max(2048).default(40) }),
    effect: ({ mib }) => ({
      kind: 'transform',
      transform: (answer) => withDelivery(answer, { paddingBytes: Math.ceil(mib * mebibyte) }),
    }),
  }),
  bad_json: defineScenario('data', {
    parameters: z.strictObject({ mode: z.enum(['html', 'text', 'deep', 'bom', 'content_type']).default('html') }),
    effect: ({ mode }) => ({ kind: 'transform', transform: (answer) => spoiled(answer, mode) }),
  }),
};

function withDelivery(answer: Answer, delivery: Delivery): Answer {
  return { ...answer, delivery: { ...answer.delivery, ...delivery } };
}

function spoiled(answer: Answer, mode: 'html' | 'text' | 'deep' | 'bom' | 'content_type'): Answer {
  const html = Buffer.from('<!DOCTYPE html><html><body><form action="/login">Please log in</form></body></html>');
  switch (mode) {
    case 'html':
      return { status: 200, body: html, headers: { 'content-type': 'text/html; charset=utf-8' } };
    case 'text':
      return { status: 200, body: html };
    case 'deep':
      return { status: 200, body: Buffer.from('['.repeat(deepBrackets) + ']'.repeat(deepBrackets)) };
    case 'bom':
      return { status: answer.status, body: Buffer.concat([Buffer.from('\uFEFF'), answer.body]) };
    case 'content_type':
      return { ...answer, headers: { ...answer.headers, 'content-type': 'text/plain' } };
  }
}
