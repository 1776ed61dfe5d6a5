import type { Row, TrytonClient } from '../rpc.ts';
import { date, daysBefore, decimal } from '../values.ts';
import type { Company } from './company.ts';
import type { Item } from './items.ts';
import type { Locations } from './locations.ts';

export interface ProductionOptions {
  readonly today: string;
  readonly company: Company;
  readonly items: readonly Item[];
  readonly locations: Locations;
}

/** Buttons that lead to each state, and how many productions end there. */
const journeys: readonly { readonly productions: number; readonly buttons: readonly string[] }[] = [
  { productions: 7, buttons: [] },
  { productions: 6, buttons: ['wait'] },
  { productions: 5, buttons: ['wait', 'assign_try'] },
  { productions: 4, buttons: ['wait', 'assign_try', 'run'] },
  { productions: 5, buttons: ['wait', 'assign_try', 'run', 'do'] },
  { productions: 3, buttons: ['cancel'] },
];

/** Makes 30 productions `WO-001` … of pumps and motors, with the parts they take, in every state. */
export async function seedProductions(client: TrytonClient, options: ProductionOptions): Promise<void> {
  let number = 0;
  for (const { productions, buttons } of journeys) {
    const rows = Array.from({ length: productions }, (_, index) => productionRow(number + index, options));
    number += productions;
    const ids = await client.create('production', rows);
    for (const button of buttons) await client.press('production', button, ids);
  }
}

const recipes = [
  { output: 'PUMP-20-A', inputs: ['SEAL-35', 'BRG-6204', 'GSK-80'] },
  { output: 'MOT-5.5', inputs: ['BRG-6308', 'CPL-28'] },
] as const;

function productionRow(index: number, { today, company, items, locations }: ProductionOptions): Row {
  const { id: warehouse, storage, production } = locations.main;
  const quantity = 1 + (index % 3);
  const planned = daysBefore(today, 60 - index * 3);
  const recipe = index % 2 === 0 ? recipes[0] : recipes[1];
  const output = itemOf(items, recipe.output);
  const inputs = recipe.inputs.map((code, part) => {
    const { id, unit } = itemOf(items, code);
    return { product: id, unit, quantity: quantity * (part + 1), from_location: storage, to_location: production };
  });
  const made = { product: output.id, unit: output.unit, quantity };
  const moved = { from_location: production, to_location: storage, unit_price: decimal(output.costPrice) };
  return {
    ...made,
    type: 'assembly',
    reference: `WO-${String(index + 1).padStart(3, '0')}`,
    company: company.id,
    warehouse,
    location: production,
    planned_date: date(planned),
    planned_start_date: date(daysBefore(planned, 2)),
    inputs: [['create', inputs.map((input) => ({ ...input, company: company.id }))]],
    outputs: [['create', [{ ...made, ...moved, currency: company.usd, company: company.id }]]],
  };
}

function itemOf(items: readonly Item[], code: string): Item {
  const found = items.find((item) => item.code === code);
  if (!found) throw new Error(`The seed has no item ${code}.`);
  return found;
}
