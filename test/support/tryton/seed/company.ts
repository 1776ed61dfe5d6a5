import type { Domain, Row, TrytonClient } from '../rpc.ts';
import { date, decimal } from '../values.ts';

/** Ids of what every other part of the seed needs. */
export interface Company {
  readonly id: number;
  readonly usd: number;
  readonly eur: number;
  readonly payable: number;
  readonly receivable: number;
  readonly expense: number;
  readonly revenue: number;
}

/** Makes the company (in US dollars, with a rate for the euro) and its chart of accounts; signs the client into it. */
export async function seedCompany(client: TrytonClient): Promise<Company> {
  const [usd = 0, eur = 0] = await client.create('currency.currency', [
    currency({ name: 'US Dollar', symbol: '$', code: 'USD', numeric_code: '840' }, '1'),
    currency({ name: 'Euro', symbol: '€', code: 'EUR', numeric_code: '978' }, '0.92'),
  ]);
  const [party = 0] = await client.create('party.party', [{ name: 'Flows Test Company', code: 'COMPANY' }]);
  const [id = 0] = await client.create('company.company', [{ party, currency: usd, timezone: 'UTC' }]);
  await client.write('res.user', [client.userId], { companies: [['add', [id]]], company: id });
  await client.refreshContext();
  await createChart(client, id);
  const account = (...domain: Domain) => first(client, 'account.account', [['company', '=', id], ...domain]);
  return {
    id,
    usd,
    eur,
    payable: await account(['type.payable', '=', true], ['party_required', '=', true]),
    receivable: await account(['type.receivable', '=', true]),
    expense: await account(['type.expense', '=', true]),
    revenue: await account(['type.revenue', '=', true]),
  };
}

function currency(values: Row, rate: string): Row {
  const rates = [['create', [{ date: date('2020-01-01'), rate: decimal(rate) }]]];
  return { ...values, rounding: decimal('0.01'), digits: 2, rates };
}

/** The minimal chart that ships with the account module. */
async function createChart(client: TrytonClient, company: number): Promise<void> {
  const template = await first(client, 'account.account.template', [['parent', '=', null]]);
  await client.runWizard('account.create_chart', [
    ['account', {}],
    ['create_account', { account: { company, account_template: template } }],
  ]);
}

/** @throws Error when nothing matches: the database is not an empty one with the expected modules. */
export async function first(client: TrytonClient, model: string, domain: Domain): Promise<number> {
  const [id] = await client.search(model, domain);
  if (id === undefined) throw new Error(`The Tryton database has no ${model} with ${JSON.stringify(domain)}.`);
  return id;
}
