import { dateOf } from '../stamps.ts';
import { materialId } from './materials.ts';
import type { Random } from './random.ts';
import { randomFor, type SamplePlan } from './resource.ts';
import { encodeRowText, type Row } from './row.ts';
import { type SampleTimes, stampsOf } from './sample-times.ts';
import { supplierId } from './suppliers.ts';

interface BulkOrder {
  readonly index: number;
  readonly id: string;
  readonly status: string;
  readonly open: boolean;
  readonly times: SampleTimes;
}

/** An order of one plain shape with 3 lines and about 1.2 kB, written as text because hundreds of thousands are made. */
export function bulkOrderRow(plan: SamplePlan, order: BulkOrder): Row {
  const { index, id, open } = order;
  const random = randomFor(plan, 'purchase-orders', index);
  const documentDate = dateOf(order.times.created);
  const lines = [0, 1, 2].map((position) => bulkLine(plan, { order, random, documentDate, position }));
  const net = lines.reduce((sum, line) => sum + line.net, 0);
  const rest =
    `"OrderNo":"${4_500_000_001 + index}","Status":"${order.status}","SupplierId":"${supplierId(plan, index * 7)}",` +
    `"CompanyId":"LOC000001","SiteId":"LOC00000${2 + (index % 3)}","Buyer":"a.becker","OrderDate":"${documentDate}",` +
    `"ExpectedDate":"${documentDate}","Currency":"EUR","PaymentTerms":{"Code":"N30","Days":30},"ExternalReference":null,` +
    `"TotalNet":${hundredths(net)},"ReceiptStatus":"NONE","InvoiceStatus":"NONE","Remarks":null,"CustomFields":{},` +
    `"Lines":[${lines.map((line) => line.text).join(',')}]}`;
  return encodeRowText({ id, ...stampsOf(order.times), documentDate, open }, { stamped: true, rest });
}

function bulkLine(
  plan: SamplePlan,
  line: { order: BulkOrder; random: Random; documentDate: string; position: number },
): { net: number; text: string } {
  const quantity = 1 + line.random.below(40);
  const price = 50 + line.random.below(90_000);
  const number = (line.position + 1) * 10;
  const net = quantity * price;
  const text =
    `{"LineId":"${line.order.id}-${number}","LineNo":${number},"Type":"ITEM",` +
    `"MaterialId":"${materialId(plan, line.order.index * 3 + line.position)}","Description":"Ball bearing 6205",` +
    `"Quantity":${quantity},"Unit":"EA","NetPrice":${hundredths(price)},"NetAmount":${hundredths(net)},` +
    `"ExpectedDate":"${line.documentDate}","QuantityReceived":0,"Status":"OPEN"}`;
  return { net, text };
}

function hundredths(units: number): string {
  return (units / 100).toFixed(2);
}
