import { z } from 'zod';
import { decimal } from '../decimals.ts';
import { instant } from '../instants.ts';
import { customFields, money, quantity, reference } from './common.ts';

export const workOrderStatus = z.enum([
  'draft',
  'planned',
  'pending_approval',
  'approved',
  'scheduled',
  'in_progress',
  'on_hold',
  'completed',
  'closed',
  'cancelled',
  'other',
]);
export type WorkOrderStatus = z.infer<typeof workOrderStatus>;

const task = z.object({
  position: z.number().int().optional(),
  description: z.string().optional(),
  status: z.string().optional(),
  hours_planned: decimal.optional(),
  hours_actual: decimal.optional(),
});

const material = z.object({
  item: reference.optional(),
  description: z.string().optional(),
  quantity_planned: quantity.optional(),
  quantity_used: quantity.optional(),
  location: reference.optional(),
});

/** A piece of maintenance or production work. Its times are instants in UTC; a system's bare day is midnight UTC. */
export const workOrder = z.object({
  number: z.string().optional(),
  status: workOrderStatus,
  remote_status: z.string(),
  kind: z.enum(['corrective', 'preventive', 'inspection', 'production', 'other']),
  remote_kind: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  /** 1 is the most urgent, 5 the least. */
  priority: z.number().int().min(1).max(5).optional(),
  remote_priority: z.string().optional(),
  asset: reference.optional(),
  location: reference.optional(),
  site: reference.optional(),
  item: reference.optional(),
  quantity: quantity.optional(),
  reported_at: instant.optional(),
  scheduled_start: instant.optional(),
  scheduled_end: instant.optional(),
  actual_start: instant.optional(),
  actual_end: instant.optional(),
  assignee: z.string().optional(),
  work_center: z.string().optional(),
  parent: reference.optional(),
  tasks: z.array(task).optional(),
  materials: z.array(material).optional(),
  cost: money.optional(),
  custom_fields: customFields.optional(),
});
