import { type Micros, microsPerDay, microsPerSecond, stampOf } from '../stamps.ts';
import { equipmentId } from './equipment.ts';
import { materialId } from './materials.ts';
import type { Random } from './random.ts';
import { decimal, documentFacts, idAt, numberStyleAt, randomFor, type Resource, type SamplePlan } from './resource.ts';
import { encodeRow, type Fields } from './row.ts';
import { documentAgeAt, documentTimes, stampsOf } from './sample-times.ts';
import { siteIds } from './sites.ts';
import { buyers, equipmentNames } from './words.ts';

const names = { idPrefix: 'WO', idDigits: 6 };
const closedStatuses = ['COMPLETED', 'CLOSED', 'CANCELLED'] as const;
const openStatuses = [
  'DRAFT',
  'PLANNED',
  'WAITING_APPROVAL',
  'APPROVED',
  'SCHEDULED',
  'IN_PROGRESS',
  'ON_HOLD',
] as const;
const allStatuses = [...openStatuses, ...closedStatuses] as const;

/** Maintenance orders with tasks and materials. */
export const workOrders: Resource = {
  name: 'work-orders',
  ...names,
  stamped: true,
  document: { dateField: 'ReportedAt', dateForm: 'stamp', closedStatuses },
  sample(plan, index) {
    const times = documentTimes(plan, 'work-orders', index);
    const fields = workOrderFields(plan, { index, reported: times.created });
    const facts = { id: idAt(names, index), ...stampsOf(times), ...documentFacts(workOrders, fields) };
    return encodeRow(facts, { stamped: true, fields });
  },
};

function workOrderFields(plan: SamplePlan, order: { index: number; reported: Micros }): Fields {
  const { index, reported } = order;
  const random = randomFor(plan, 'work-orders', index);
  const style = numberStyleAt(index);
  const status = statusAt(index);
  const started = status === 'IN_PROGRESS' || status === 'COMPLETED' || status === 'CLOSED';
  const done = started && status !== 'IN_PROGRESS';
  const planned = status === 'DRAFT' ? null : reported + microsPerDay;
  const subject = random.pick(equipmentNames);
  const cost = 5_000 + random.below(500_000);
  return {
    OrderNo: `W-${String(700_001 + index)}`,
    Status: status,
    Kind: (['CORRECTIVE', 'PREVENTIVE', 'INSPECTION'] as const)[index % 3],
    Title: `${subject}: ${random.pick(['leak', 'Inspektion', '点検', 'vibration', 'replace seal'])}`,
    LongText: index % 4 === 0 ? 'Line 1\nLine 2 — "quoted" \\ backslash' : null,
    Priority: 1 + random.below(5),
    EquipmentId: index % 11 === 10 ? null : equipmentId(plan, index * 7),
    SiteId: siteIds.site(index),
    ReportedAt: stampOf(reported),
    ScheduledStart: planned === null ? null : stampOf(planned),
    ScheduledEnd: planned === null ? null : stampOf(planned + 4 * 3600 * microsPerSecond),
    ActualStart: started ? stampOf(reported + 1800 * microsPerSecond) : null,
    ActualEnd: done ? stampOf(reported + 3000 * microsPerSecond) : null,
    Assignee: index % 3 === 0 ? random.pick(buyers) : null,
    WorkCenter: random.pick(['MECH', 'ELEC', 'INST']),
    ParentId: index % 13 === 12 ? idAt(names, index - 1) : null,
    EstimatedCost: decimal(cost, { scale: 2, style }),
    ActualCost: done ? decimal(cost + random.below(9_999), { scale: 2, style }) : null,
    Currency: 'EUR',
    Remarks: null,
    CustomFields: index % 5 === 0 ? { u_permit_no: `P-${index}`, u_loto: true } : {},
    Tasks: Array.from({ length: 1 + (index % 4) }, (_, task) => taskFields(random, { task, done, style })),
    Materials: Array.from({ length: index % 3 }, (_, line) => ({
      LineNo: (line + 1) * 10,
      MaterialId: materialId(plan, index * 3 + line),
      PlannedQuantity: decimal(1 + random.below(20), { scale: 0, style }),
      UsedQuantity: decimal(done ? random.below(20) : 0, { scale: 0, style }),
      Unit: 'EA',
      SiteId: siteIds.warehouse(index),
    })),
  };
}

function taskFields(random: Random, options: { task: number; done: boolean; style: 'token' | 'text' }): Fields {
  const { task, done, style } = options;
  return {
    TaskNo: (task + 1) * 10,
    Text: random.pick(['Isolate', 'Open housing', 'Dichtung tauschen', 'Test run']),
    Status: done ? (task === 3 ? 'SKIPPED' : 'DONE') : 'OPEN',
    PlannedHours: decimal(25 + random.below(400), { scale: 2, style }),
    ActualHours: done ? decimal(25 + random.below(400), { scale: 2, style }) : null,
  };
}

function statusAt(index: number): string {
  const age = documentAgeAt(index);
  if (age === 'old_closed') return closedStatuses[index % closedStatuses.length] ?? 'CLOSED';
  if (age === 'old_open') return openStatuses[index % openStatuses.length] ?? 'ON_HOLD';
  return allStatuses[index % allStatuses.length] ?? 'PLANNED';
}
