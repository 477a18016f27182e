// The four works that are measured: what is asked, and what the answers of two servers must have in common.
export const places = [
  'ARG:AR', 'AUS:AU', 'AUT:AT', 'BEL:BE', 'BRA:BR', 'CAN:CA', 'CHE:CH', 'CHL:CL', 'CHN:CN', 'COL:CO',
  'CZE:CZ', 'DEU:DE', 'DNK:DK', 'DZA:DZ', 'EGY:EG', 'ESP:ES', 'FIN:FI', 'FRA:FR', 'GBR:GB', 'GRC:GR',
  'HUN:HU', 'IDN:ID', 'IND:IN', 'IRN:IR', 'ITA:IT', 'JPN:JP', 'KEN:KE', 'MAR:MA', 'MEX:MX', 'NGA:NG',
  'NLD:NL', 'NOR:NO', 'PAK:PK', 'PER:PE', 'PHL:PH', 'POL:PL', 'PRT:PT', 'ROU:RO', 'RUS:RU', 'SWE:SE',
  'THA:TH', 'TUR:TR', 'UKR:UA', 'USA:US', 'VNM:VN', 'ZAF:ZA',
].map((pair) => pair.split(':'));

const country = (cca3) => `/rest/v1/countries?cca3=eq.${cca3}` +
  '&select=cca3,name,capital,region,area,cities(id,name,population),borders(cca3,name)' +
  '&cities.order=population.desc&cities.limit=20';

// ids: keys of cities, taken over the whole table.
export const works = (ids) => [
  {
    name: 'key', title: 'one city by primary key', connections: 32, bound: 1.25,
    paths: ids.map((id) => `/rest/v1/cities?id=eq.${id}`),
  },
  {
    name: 'page', title: '20 cities of a country by population', connections: 32, bound: 1.25,
    paths: places.map(([, cca2]) => `/rest/v1/cities?country_code=eq.${cca2}&order=population.desc&limit=20`),
  },
  {
    name: 'embed', title: 'a country with its 20 biggest cities and its borders', connections: 32, bound: 1.3,
    paths: places.map(([cca3]) => country(cca3)),
  },
  {
    name: 'insert', title: 'durable inserts, one row each', connections: 64,
    paths: ['/rest/v1/cities'],
    body: { name: 'New Trivet', country_code: 'FR', population: 3, latitude: 46.2, longitude: 2.1 },
  },
];

// One form for what may differ without being different: the order of keys, of borders, and of cities of equal size.
export function normal(rows) {
  const sorted = (row) => JSON.stringify(Object.entries(row).sort());
  return JSON.stringify(rows.map((row) => sorted({
    ...row,
    ...(row.borders && { borders: row.borders.map(sorted).sort() }),
    ...(row.cities && { cities: row.cities.map((city) => city.population) }),
  })));
}

// Every server must give the same rows, or the comparison means nothing.
export async function same_answers(name, port, work, reference) {
  for (const one of work.paths.slice(0, 20)) {
    const answer = await fetch(`http://127.0.0.1:${port}${one}`);
    const rows = normal(await answer.json());
    const expected = reference.get(one) ?? rows;
    reference.set(one, expected);
    if (rows !== expected) throw new Error(`${name} answers ${one} otherwise:\n${rows}\n${expected}`);
  }
}
