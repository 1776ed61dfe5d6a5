import type { Row, TrytonClient } from '../rpc.ts';
import { decimal } from '../values.ts';
import { type Company, first } from './company.ts';

export interface Item {
  readonly id: number;
  readonly code: string;
  readonly kind: 'goods' | 'service';
  readonly unit: number;
  /** Decimal string, in US dollars per unit. */
  readonly costPrice: string;
}

/**
 * Makes the items of the list below, by code. `PUMP-20` has two variants (`PUMP-20-A`, `PUMP-20-B`), and the last one
 * is inactive (left out of the answer).
 */
export async function seedItems(client: TrytonClient, company: Company): Promise<Item[]> {
  const categories = await seedCategories(client, company);
  const units = new Map<string, number>();
  for (const symbol of ['u', 'kg', 'm', 'l', 'h']) {
    units.set(symbol, await first(client, 'product.uom', [['symbol', '=', symbol]]));
  }
  const templates = await client.create(
    'product.template',
    items.map((item) => templateRow(item, { units, categories })),
  );
  await client.write('product.template', templates.slice(-1), { active: false });
  const rows = await client.searchRead('product.product', [['template', 'in', templates.slice(0, -1)]], {
    fields: ['code', 'type', 'default_uom', 'cost_price'],
  });
  return rows.map((row) => ({
    id: row.id as number,
    code: String(row.code),
    kind: row.type === 'service' ? 'service' : 'goods',
    unit: row.default_uom as number,
    costPrice: String((row.cost_price as Row).decimal),
  }));
}

async function seedCategories(client: TrytonClient, company: Company): Promise<Map<string, number>> {
  const accounts = { accounting: true, account_expense: company.expense, account_revenue: company.revenue };
  const names = ['Spares', 'Consumables', 'Services'];
  const ids = await client.create(
    'product.category',
    names.map((name) => ({ name, ...accounts })),
  );
  return new Map(names.map((name, index) => [name, ids[index] ?? 0]));
}

type ItemData = readonly [code: string, name: string, unit: string, costPrice: string, category: string];

interface TemplateOptions {
  readonly units: Map<string, number>;
  readonly categories: Map<string, number>;
}

function templateRow(item: ItemData, { units, categories }: TemplateOptions): Row {
  const [code, name, unit, price, category] = item;
  const uom = units.get(unit) ?? 0;
  const suffixes = code === 'PUMP-20' ? ['-A', '-B'] : [null];
  const products = suffixes.map((suffix) => ({
    suffix_code: suffix,
    cost_price: decimal(price),
    description: suffix === null ? null : `Variant ${suffix.slice(1)}`,
  }));
  return {
    name,
    code,
    type: category === 'Services' ? 'service' : 'goods',
    default_uom: uom,
    purchase_uom: uom,
    purchasable: true,
    producible: category === 'Spares',
    list_price: decimal(price),
    account_category: categories.get(category) ?? null,
    products: [['create', products]],
  };
}

const items: readonly ItemData[] = [
  ['BRG-6204', 'Bearing 6204', 'u', '4.10', 'Spares'],
  ['BRG-6205', 'Bearing 6205', 'u', '4.85', 'Spares'],
  ['BRG-6308', 'Bearing 6308', 'u', '12.40', 'Spares'],
  ['BLT-A42', 'V-belt A42', 'u', '9.75', 'Spares'],
  ['BLT-B60', 'V-belt B60', 'u', '14.20', 'Spares'],
  ['PUMP-20', 'Centrifugal pump 20 m³/h', 'u', '845.00', 'Spares'],
  ['MOT-2.2', 'Electric motor 2.2 kW', 'u', '312.50', 'Spares'],
  ['MOT-5.5', 'Electric motor 5.5 kW', 'u', '598.00', 'Spares'],
  ['GBX-30', 'Gearbox 1:30', 'u', '430.00', 'Spares'],
  ['CPL-28', 'Coupling 28 mm', 'u', '36.90', 'Spares'],
  ['SEAL-35', 'Mechanical seal 35 mm', 'u', '58.2500', 'Spares'],
  ['GSK-80', 'Gasket DN80', 'u', '2.35', 'Spares'],
  ['VLV-50', 'Ball valve DN50', 'u', '74.00', 'Spares'],
  ['VLV-80', 'Butterfly valve DN80', 'u', '118.00', 'Spares'],
  ['FLT-10', 'Filter cartridge 10 µm', 'u', '11.6000', 'Spares'],
  ['FLT-AIR', 'Air filter', 'u', '19.90', 'Spares'],
  ['SNS-PT100', 'Temperature sensor Pt100', 'u', '27.4500', 'Spares'],
  ['SNS-PR10', 'Pressure sensor 10 bar', 'u', '89.00', 'Spares'],
  ['RLY-24', 'Relay 24 V', 'u', '6.1250', 'Spares'],
  ['FUS-16', 'Fuse 16 A', 'u', '0.4375', 'Spares'],
  ['CON-25', 'Contactor 25 A', 'u', '31.00', 'Spares'],
  ['CYL-40', 'Pneumatic cylinder 40/100', 'u', '66.70', 'Spares'],
  ['HOS-12', 'Hydraulic hose 12 mm', 'm', '5.60', 'Spares'],
  ['CBL-4X2', 'Cable 4 × 2.5 mm²', 'm', '2.1800', 'Spares'],
  ['CHN-10B', 'Roller chain 10B-1', 'm', '13.30', 'Spares'],
  ['BLT-M12', 'Bolt M12 × 60', 'u', '0.3100', 'Consumables'],
  ['NUT-M12', 'Nut M12', 'u', '0.0950', 'Consumables'],
  ['WSH-M12', 'Washer M12', 'u', '0.0400', 'Consumables'],
  ['GRS-LI2', 'Lithium grease', 'kg', '7.45', 'Consumables'],
  ['OIL-46', 'Hydraulic oil ISO 46', 'l', '3.2750', 'Consumables'],
  ['OIL-220', 'Gear oil ISO 220', 'l', '4.9000', 'Consumables'],
  ['ROD-316', 'Welding rod 316L', 'kg', '16.80', 'Consumables'],
  ['GLV-10', 'Work gloves, size 10', 'u', '2.95', 'Consumables'],
  ['RAG-COT', 'Cotton rags', 'kg', '1.6500', 'Consumables'],
  ['TAPE-PTFE', 'Thread tape "PTFE", 12 mm', 'u', '0.78', 'Consumables'],
  ['SVC-CAL', 'Calibration', 'h', '95.00', 'Services'],
  ['SVC-INS', 'Inspection', 'h', '80.00', 'Services'],
  ['SVC-WLD', 'Welding on site', 'h', '110.00', 'Services'],
  ['SVC-TRN', 'Operator training', 'h', '125.00', 'Services'],
  ['BRG-OLD', 'Bearing, withdrawn', 'u', '3.00', 'Spares'],
];
