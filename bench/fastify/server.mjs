// The benchmark's endpoints as a careful user writes them in Fastify: prepared statements, response schemas, a process
// for each core. server.mjs DATABASE PORT PROCESSES
import cluster from 'node:cluster';
import Database from 'better-sqlite3-multiple-ciphers';
import Fastify from 'fastify';

const [, , file, port, processes] = process.argv;

const text = { type: 'string' };
const maybe = { type: ['string', 'null'] };
const number = { type: 'number' };
const list = (properties) => ({ type: 'array', items: { type: 'object', properties } });
const cities = list({
  id: { type: 'integer' }, name: text, country_code: text, kind: text, population: { type: 'integer' },
  latitude: number, longitude: number,
});
const countries = list({
  cca3: text, name: text, capital: maybe, region: text, area: number,
  cities: list({ id: { type: 'integer' }, name: text, population: { type: 'integer' } }),
  borders: list({ cca3: text, name: text }),
});

function serve() {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('busy_timeout = 10000');
  const columns = 'id, name, country_code, kind, population, latitude, longitude';
  const byKey = db.prepare(`SELECT ${columns} FROM cities WHERE id = ?`);
  const byCountry = db.prepare(
    `SELECT ${columns} FROM cities WHERE country_code = ? ORDER BY population DESC LIMIT ?`);
  const country = db.prepare('SELECT cca3, cca2, name, capital, region, area FROM countries WHERE cca3 = ?');
  const biggest = db.prepare(
    'SELECT id, name, population FROM cities WHERE country_code = ? ORDER BY population DESC LIMIT ?');
  const borders = db.prepare(
    'SELECT c.cca3, c.name FROM "_Border" b JOIN countries c ON c.cca3 = b."A" WHERE b."B" = ?');
  const insert = db.prepare('INSERT INTO cities (name, country_code, kind, population, latitude, longitude) ' +
    "VALUES (@name, @country_code, 'PPL', @population, @latitude, @longitude)");

  const value = (filter) => filter.slice(filter.indexOf('.') + 1);
  const app = Fastify();
  app.get('/rest/v1/cities', { schema: { response: { 200: cities } } }, (request) => {
    const query = request.query;
    if (query.id) return byKey.all(Number(value(query.id)));
    return byCountry.all(value(query.country_code), Number(query.limit));
  });
  app.get('/rest/v1/countries', { schema: { response: { 200: countries } } }, (request) =>
    country.all(value(request.query.cca3)).map((row) => ({
      ...row,
      cities: biggest.all(row.cca2, Number(request.query['cities.limit'])),
      borders: borders.all(row.cca3),
    })));
  const body = {
    type: 'object', required: ['name', 'country_code', 'population', 'latitude', 'longitude'],
    properties: {
      name: text, country_code: text, population: { type: 'integer', minimum: 0 }, latitude: number, longitude: number,
    },
  };
  app.post('/rest/v1/cities', { schema: { body } }, (request, reply) => {
    insert.run(request.body);
    return reply.code(201).send();
  });
  app.listen({ port: Number(port), host: '127.0.0.1' });
}

if (cluster.isPrimary && Number(processes) > 1) {
  for (let i = 0; i < Number(processes); ++i) cluster.fork();
  process.on('SIGTERM', () => process.exit(0));
} else {
  serve();
}
