import { LosslessNumber } from 'lossless-json';
import type { Micros } from '../stamps.ts';
import { Random } from './random.ts';
import type { Fields, Row } from './row.ts';

export const resourceNames = [
  'purchase-orders',
  'suppliers',
  'materials',
  'sites',
  'stock-levels',
  'work-orders',
  'equipment',
] as const;

export type ResourceName = (typeof resourceNames)[number];

/** What the sample is made from; equal plans give equal bytes. */
export interface SamplePlan {
  readonly seed: number;
  readonly now: Micros;
  readonly windowDays: number;
  readonly bulk: boolean;
  readonly counts: Readonly<Record<ResourceName, number>>;
}

/** One kind of record: how it is named, which orders and filters it has, and how samples of it are made. */
export interface Resource {
  readonly name: ResourceName;
  readonly idPrefix: string;
  readonly idDigits: number;
  /** False: no version, no stamps, so it can only be read whole. */
  readonly stamped: boolean;
  /** Where document date and state stand; null: `document-date-from` and `or-open` are refused. */
  readonly document: DocumentRule | null;
  /** The sample record at a position from 0. */
  sample(plan: SamplePlan, index: number): Row;
}

/** How a document's date and open state are read from its fields. */
export interface DocumentRule {
  readonly dateField: string;
  /** `stamp`: the document date is the stamp's date part. */
  readonly dateForm: 'date' | 'stamp';
  /** Every other `Status` is open. */
  readonly closedStatuses: readonly string[];
}

/** Document date and open state of a record; records that are no documents count as open. */
export function documentFacts(
  resource: Pick<Resource, 'document'>,
  fields: Fields,
): { documentDate: string | null; open: boolean } {
  if (resource.document === null) return { documentDate: null, open: true };
  const date = fields[resource.document.dateField];
  return {
    documentDate: typeof date === 'string' ? date.slice(0, 10) : null,
    open: !resource.document.closedStatuses.some((status) => status === fields['Status']),
  };
}

/** The id of the record at a position from 0; all ids of a resource have one length. */
export function idAt(resource: Pick<Resource, 'idPrefix' | 'idDigits'>, index: number): string {
  return resource.idPrefix + String(index + 1).padStart(resource.idDigits, '0');
}

/** The choices for one sample record. */
export function randomFor(plan: SamplePlan, name: ResourceName, index: number): Random {
  return new Random(plan.seed, { kind: name, index });
}

/** A number as the ERP writes it: a token, or a string on records of its older clients. */
export type NumberStyle = 'token' | 'text';

/** Every third record comes from an older client that wrote numbers as strings. */
export function numberStyleAt(index: number): NumberStyle {
  return index % 3 === 1 ? 'text' : 'token';
}

/** A decimal of `units` at `scale` digits, exact on the wire in either style. */
export function decimal(units: number, options: { scale: number; style: NumberStyle }): string | LosslessNumber {
  const digits = String(Math.abs(units)).padStart(options.scale + 1, '0');
  const whole = digits.slice(0, digits.length - options.scale);
  const fraction = options.scale === 0 ? '' : `.${digits.slice(-options.scale)}`;
  const text = `${units < 0 ? '-' : ''}${whole}${fraction}`;
  return options.style === 'text' ? text : new LosslessNumber(text);
}

/** A number token of any length, for example an id that a double would round. */
export function token(text: string): LosslessNumber {
  return new LosslessNumber(text);
}
