import type { Row, TrytonClient } from '../rpc.ts';
import type { Company } from './company.ts';

export interface Vendor {
  readonly id: number;
  readonly code: string;
  readonly address: number;
}

/**
 * Makes the vendors `V-1001` … in the order of the list below: one or two addresses, e-mail and phone for most, and the
 * last one inactive (left out of the answer). A customer, `C-2001`, is there to be told from them.
 */
export async function seedVendors(client: TrytonClient, company: Company): Promise<Vendor[]> {
  const countries = await seedCountries(client);
  const accounts = { account_payable: company.payable, account_receivable: company.receivable };
  const rows = vendors.map((vendor, index) => ({ ...vendorRow(vendor, index, countries), ...accounts }));
  await client.create('party.party', [...rows, { name: 'Northwind Bakery', code: 'C-2001', ...accounts }]);
  const found = await client.searchRead('party.party', [['code', 'like', 'V-%']], { fields: ['code', 'addresses'] });
  const made = found.map(({ id, code, addresses }) => ({
    id: id as number,
    code: String(code),
    address: (addresses as number[])[0] ?? 0,
  }));
  const retired = made.pop();
  await client.write('party.party', [retired?.id ?? 0], { active: false });
  return made;
}

async function seedCountries(client: TrytonClient): Promise<Map<string, number>> {
  const rows = [
    { code: 'US', code3: 'USA', name: 'United States' },
    { code: 'GB', code3: 'GBR', name: 'United Kingdom' },
    { code: 'DE', code3: 'DEU', name: 'Germany' },
    { code: 'FR', code3: 'FRA', name: 'France' },
    { code: 'JP', code3: 'JPN', name: 'Japan' },
  ];
  const ids = await client.create('country.country', rows);
  return new Map(rows.map(({ code }, index) => [code, ids[index] ?? 0]));
}

type VendorData = readonly [name: string, street: string, postalCode: string, city: string, country: string];

function vendorRow(vendor: VendorData, index: number, countries: Map<string, number>): Row {
  const [name, street, postalCode, city, countryCode] = vendor;
  const code = `V-${1001 + index}`;
  const country = countries.get(countryCode) ?? null;
  const head = { street, postal_code: postalCode, city, country, invoice: true };
  const dock = { street: `${street}, Dock 2`, postal_code: postalCode, city, country, delivery: true };
  const email = { type: 'email', value: `orders@${code.toLowerCase()}.example` };
  const phone = { type: 'phone', value: `+1 555 01${String(index).padStart(2, '0')}` };
  return {
    name,
    code,
    addresses: [['create', index % 4 === 1 ? [head, dock] : [head]]],
    contact_mechanisms: [['create', index % 6 === 5 ? [] : [email, phone]]],
  };
}

const vendors: readonly VendorData[] = [
  ['Acme Industrial', '1 Factory Road', 'LS1 1AA', 'Leeds', 'GB'],
  ['Müller Wälzlager GmbH', 'Industriestraße 12', '97421', 'Schweinfurt', 'DE'],
  ['Société Lyonnaise d’Outillage', '8 rue de l’Atelier', '69007', 'Lyon', 'FR'],
  ['東京ベアリング株式会社', '品川区大崎1-6-3', '141-0032', '東京', 'JP'],
  ['Great Lakes Hydraulics', '400 Harbor Drive', '44114', 'Cleveland', 'US'],
  ['Pioneer Belting Co.', '77 Mill Street', '01850', 'Lowell', 'US'],
  ['Sheffield Fasteners Ltd', '23 Arundel Gate', 'S1 2PN', 'Sheffield', 'GB'],
  ['Nordhafen Elektrotechnik', 'Am Kai 4', '24103', 'Kiel', 'DE'],
  ['Bristol Pumps & Valves', '5 Temple Way', 'BS1 6HG', 'Bristol', 'GB'],
  ['Delta Lubricants', '1900 Canal Street', '70112', 'New Orleans', 'US'],
  ['Atelier Mécanique Dupont', '14 quai Sud', '13002', 'Marseille', 'FR'],
  ['Rhein Filtertechnik', 'Hafenweg 31', '50667', 'Köln', 'DE'],
  ['Osaka Sensor Works', '北区梅田2-4-9', '530-0001', '大阪', 'JP'],
  ['Midland Steel Supply', '88 Forge Lane', 'B1 1BB', 'Birmingham', 'GB'],
  ['Cascade Safety Equipment', '610 Pine Street', '98101', 'Seattle', 'US'],
  ['Lone Star Welding', '3 Commerce Park', '75201', 'Dallas', 'US'],
  ['Hansa Dichtungen', 'Speicherstadt 7', '20457', 'Hamburg', 'DE'],
  ['Garonne Pneumatique', '2 allée des Pins', '31000', 'Toulouse', 'FR'],
  ['Kyoto Precision', '下京区四条通1', '600-8001', '京都', 'JP'],
  ['Highland Cable', '9 Quay Street', 'IV1 1PE', 'Inverness', 'GB'],
  ['Prairie Motors & Drives', '1200 Grain Avenue', '68102', 'Omaha', 'US'],
  ['Isar Antriebstechnik', 'Lindenallee 5', '80331', 'München', 'DE'],
  ['Coastal Calibration Services', '45 Ocean View', '92101', 'San Diego', 'US'],
  ['Smith, Jones "and" Sons; Ltd', '10 O’Connell Row', 'M1 1AE', 'Manchester', 'GB'],
  ['Retired Supplies Inc.', '99 Closed Road', '10001', 'New York', 'US'],
];
