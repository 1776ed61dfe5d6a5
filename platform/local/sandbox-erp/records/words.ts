/** Words of the sample data; names in several scripts, right-to-left text, emoji, combining marks. */
export const companyNames = [
  'Müller & Söhne GmbH',
  'Northwind Bearings Ltd',
  '北海道機械株式会社',
  'Łódź Narzędzia Sp. z o.o.',
  'شركة الخليج للتوريدات',
  'Ελληνικά Εξαρτήματα ΑΕ',
  'O\'Neill "Quick" Pumps',
  'Cafe\u0301 Hydraulique SARL',
  'Сибирь Металл ООО',
  'Tools 🔧 & More Inc',
  'Ñandú Repuestos S.A.',
  'חשמל ובקרה בע"מ',
] as const;

export const materialNames = [
  'Ball bearing 6205-2RS',
  'Hydraulic hose 1/2" × 3 m',
  'Filterelement für Kompressor',
  'Conveyor belt, 800 mm',
  'ポンプ用シール',
  'Proximity sensor M12',
  'Смазка литиевая',
  'Safety glove, size 9',
  'Motor 7,5 kW',
  'Câble blindé 4×2,5 mm²',
] as const;

export const equipmentNames = [
  'Boiler feed pump',
  'Förderband Linie 2',
  'Air compressor',
  'Presse hydraulique',
  '冷却塔',
  'Packaging robot',
  'Forklift',
  'Chiller',
] as const;

export const cities = [
  { City: 'Hamburg', Region: 'HH', PostalCode: '20095', Country: 'DE' },
  { City: 'São Paulo', Region: 'SP', PostalCode: '01310-100', Country: 'BR' },
  { City: '札幌市', Region: '北海道', PostalCode: '060-0001', Country: 'JP' },
  { City: 'Kraków', Region: null, PostalCode: '31-001', Country: 'PL' },
  { City: 'Austin', Region: 'TX', PostalCode: '73301', Country: 'US' },
] as const;

export const currencies = ['EUR', 'USD', 'EUR', 'JPY', 'GBP'] as const;
export const buyers = ['a.becker', 'j.ortiz', 'm.sato', 'k.nowak'] as const;
export const paymentTerms = [
  { Code: 'N30', Days: 30 },
  { Code: 'N60', Days: 60 },
  { Code: 'CASH', Days: 0 },
] as const;
