import type { UnifiedData } from '../../model/entities/registry.ts';
import type { WorkOrderStatus } from '../../model/entities/work-order.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import {
  asRecord,
  readDate,
  readDecimal,
  readInteger,
  readList,
  readMoney,
  readRequiredText,
  readText,
} from '../http/remote-value.ts';
import { modelSource } from './model-source.ts';
import { changedById, filled, identifyRecord, referenceTo, textBehind } from './record.ts';
import type { Domain, TrytonEntity } from './source.ts';
import { wireDate, wireInstant } from './values.ts';

/** Productions: Tryton's work orders. Maintenance orders it has none. */
export const workOrder: TrytonEntity<'work_order'> = {
  module: 'production',
  group: 'Production',
  source: modelSource({
    model: 'production',
    related: ['stock.move', 'product.product', 'product.uom'],
    fields: [
      ...['number', 'reference', 'type', 'state', 'product', 'quantity', 'unit.symbol', 'location', 'warehouse'],
      ...['planned_start_date', 'planned_date', 'effective_start_date', 'effective_date', 'cost'],
      ...['inputs.product', 'inputs.quantity', 'inputs.unit.symbol', 'inputs.state', 'inputs.from_location'],
    ],
    optionalFields: ['work_center.name', 'works.sequence', 'works.state', 'works.operation.name'],
    parts: ['inputs', 'works'],
    documentsFrom,
    pageSizeMax: 500,
  }),
  declaration: {
    snapshot: { order: 'id' },
    changed: changedById,
    deletes: 'scan',
    pageSize: 200,
    identify: identifyRecord,
    toUnified,
  },
};

/** A production's day is that it was done, else that it is planned for, else that it was made. */
function documentsFrom(day: string): Domain {
  const notDone = ['effective_date', '=', null];
  const madeSince = ['create_date', '>=', wireInstant(`${day}T00:00:00.000000Z`)];
  return [
    [
      'OR',
      ['state', 'not in', ['done', 'cancelled']],
      ['effective_date', '>=', wireDate(day)],
      [notDone, ['planned_date', '>=', wireDate(day)]],
      [notDone, ['planned_date', '=', null], madeSince],
    ],
  ];
}

type WorkOrder = UnifiedData<'work_order'>;

function toUnified(raw: Json, profile: JsonObject): WorkOrder {
  const record = asRecord(raw);
  const state = readRequiredText(record, 'state');
  return {
    number: filled(readText(record, 'number')),
    status: statuses.get(state) ?? 'other',
    remote_status: state,
    kind: 'production',
    remote_kind: readText(record, 'type'),
    title: filled(readText(record, 'reference')),
    location: referenceTo(record, 'location'),
    site: referenceTo(record, 'warehouse'),
    item: referenceTo(record, 'product'),
    quantity: quantityOf(record),
    scheduled_start: midnightOf(record, 'planned_start_date'),
    scheduled_end: midnightOf(record, 'planned_date'),
    actual_start: midnightOf(record, 'effective_start_date'),
    actual_end: midnightOf(record, 'effective_date'),
    work_center: textBehind(record, 'work_center', 'name'),
    tasks: readList(record, 'works.', toTask),
    materials: materialsOf(record),
    cost: readMoney(record, 'cost', readText(profile, 'currency')),
  };
}

const statuses: ReadonlyMap<string, WorkOrderStatus> = new Map([
  ['request', 'planned'],
  ['draft', 'planned'],
  ['waiting', 'planned'],
  ['assigned', 'scheduled'],
  ['running', 'in_progress'],
  ['done', 'completed'],
  ['cancelled', 'cancelled'],
]);

/** Tryton keeps days; a bare day is midnight UTC. */
function midnightOf(record: JsonObject, key: string): string | undefined {
  const day = readDate(record, key);
  return day === undefined ? undefined : `${day}T00:00:00.000000Z`;
}

function quantityOf(record: JsonObject): { value: string; remote_unit: string | undefined } | undefined {
  const value = readDecimal(record, 'quantity');
  return value === undefined ? undefined : { value, remote_unit: textBehind(record, 'unit', 'symbol') };
}

function toTask(work: JsonObject): NonNullable<WorkOrder['tasks']>[number] {
  return {
    position: readInteger(work, 'sequence'),
    description: textBehind(work, 'operation', 'name'),
    status: readText(work, 'state'),
  };
}

/** By id: Tryton lists moves in no order that means something. */
function materialsOf(record: JsonObject): NonNullable<WorkOrder['materials']> {
  const materials =
    readList(record, 'inputs.', (move) => ({ id: Number(move['id']), material: toMaterial(move) })) ?? [];
  return materials.sort((left, right) => left.id - right.id).map(({ material }) => material);
}

function toMaterial(move: JsonObject): NonNullable<WorkOrder['materials']>[number] {
  const quantity = quantityOf(move);
  const isUsed = readText(move, 'state') === 'done';
  return {
    item: referenceTo(move, 'product'),
    ...(isUsed ? { quantity_used: quantity } : { quantity_planned: quantity }),
    location: referenceTo(move, 'from_location'),
  };
}
