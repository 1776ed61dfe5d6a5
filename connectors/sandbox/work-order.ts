import type { Quantity } from '../../model/entities/common.ts';
import type { UnifiedData } from '../../model/entities/registry.ts';
import type { WorkOrderStatus } from '../../model/entities/work-order.ts';
import type { Json, JsonObject } from '../../model/json.ts';
import type { EntityDeclaration } from '../connector.ts';
import {
  asRecord,
  readDecimal,
  readInstant,
  readInteger,
  readList,
  readMoney,
  readReference,
  readRequiredText,
  readText,
  readWord,
} from '../http/remote-value.ts';
import { byStampAndId, identifyStamped, readCustomFields } from './reading.ts';

export const workOrder: EntityDeclaration<'work_order'> = {
  snapshot: { order: 'id' },
  changed: byStampAndId,
  deletes: 'feed',
  identify: identifyStamped,
  toUnified,
};

type WorkOrder = UnifiedData<'work_order'>;
type Task = NonNullable<WorkOrder['tasks']>[number];
type Material = NonNullable<WorkOrder['materials']>[number];

function toUnified(raw: Json): WorkOrder {
  const record = asRecord(raw);
  const currency = readText(record, 'Currency');
  const remoteStatus = readRequiredText(record, 'Status');
  const priority = readInteger(record, 'Priority');
  return {
    number: readText(record, 'OrderNo'),
    status: statuses.get(remoteStatus) ?? 'other',
    remote_status: remoteStatus,
    kind: readWord(record, 'Kind', kinds) ?? 'other',
    remote_kind: readText(record, 'Kind'),
    title: readText(record, 'Title'),
    description: readText(record, 'LongText'),
    priority,
    remote_priority: priority === undefined ? undefined : String(priority),
    asset: readReference(record, 'EquipmentId'),
    location: readReference(record, 'SiteId'),
    reported_at: readInstant(record, 'ReportedAt'),
    scheduled_start: readInstant(record, 'ScheduledStart'),
    scheduled_end: readInstant(record, 'ScheduledEnd'),
    actual_start: readInstant(record, 'ActualStart'),
    actual_end: readInstant(record, 'ActualEnd'),
    assignee: readText(record, 'Assignee'),
    work_center: readText(record, 'WorkCenter'),
    parent: readReference(record, 'ParentId'),
    tasks: readList(record, 'Tasks', toTask),
    materials: readList(record, 'Materials', toMaterial),
    cost: readMoney(record, 'ActualCost', currency) ?? readMoney(record, 'EstimatedCost', currency),
    custom_fields: readCustomFields(record, lackingFields),
  };
}

function toTask(part: JsonObject): Task {
  return {
    position: readInteger(part, 'TaskNo'),
    description: readText(part, 'Text'),
    status: readText(part, 'Status')?.toLowerCase(),
    hours_planned: readDecimal(part, 'PlannedHours'),
    hours_actual: readDecimal(part, 'ActualHours'),
  };
}

function toMaterial(part: JsonObject): Material {
  return {
    item: readReference(part, 'MaterialId'),
    quantity_planned: readQuantity(part, 'PlannedQuantity'),
    quantity_used: readQuantity(part, 'UsedQuantity'),
    location: readReference(part, 'SiteId'),
  };
}

function readQuantity(part: JsonObject, key: string): Quantity | undefined {
  const value = readDecimal(part, key);
  const unit = readText(part, 'Unit');
  return value === undefined ? undefined : { value, unit, remote_unit: unit };
}

const lackingFields = ['Remarks'];

const statuses: ReadonlyMap<string, WorkOrderStatus> = new Map([
  ['DRAFT', 'draft'],
  ['PLANNED', 'planned'],
  ['WAITING_APPROVAL', 'pending_approval'],
  ['APPROVED', 'approved'],
  ['SCHEDULED', 'scheduled'],
  ['IN_PROGRESS', 'in_progress'],
  ['ON_HOLD', 'on_hold'],
  ['COMPLETED', 'completed'],
  ['CLOSED', 'closed'],
  ['CANCELLED', 'cancelled'],
]);

const kinds: ReadonlyMap<string, WorkOrder['kind']> = new Map([
  ['CORRECTIVE', 'corrective'],
  ['PREVENTIVE', 'preventive'],
  ['INSPECTION', 'inspection'],
]);
