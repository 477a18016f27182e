// The benchmark's endpoints on PostgreSQL as a careful user writes them in Fastify with pg: named statements, one statement
// for a nested read, response schemas, a process for each core. fastify.mjs URL PORT PROCESSES CONNECTIONS
import cluster from 'node:cluster';
import Fastify from 'fastify';
import pg from 'pg';

const [, , url, port, processes, connections] = process.argv;

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
const columns = 'id, name, country_code, kind, population, latitude, longitude';
const statements = {
  key: `SELECT ${columns} FROM cities WHERE id = $1`,
  page: `SELECT ${columns} FROM cities WHERE country_code = $1 ORDER BY population DESC LIMIT $2`,
  country: `SELECT c.cca3, c.name, c.capital, c.region, c.area,
    (SELECT coalesce(json_agg(x), '[]') FROM (SELECT id, name, population FROM cities
      WHERE country_code = c.cca2 ORDER BY population DESC LIMIT $2) x) AS cities,
    (SELECT coalesce(json_agg(x), '[]') FROM (SELECT n.cca3, n.name FROM "_Border" b JOIN countries n ON n.cca3 = b."A"
      WHERE b."B" = c.cca3) x) AS borders
    FROM countries c WHERE c.cca3 = $1`,
  insert: `INSERT INTO cities (name, country_code, kind, population, latitude, longitude)
    VALUES ($1, $2, 'PPL', $3, $4, $5)`,
};

function serve() {
  const pool = new pg.Pool({ connectionString: url, max: Number(connections) });
  const run = async (name, values) => (await pool.query({ name, text: statements[name], values })).rows;
  const value = (filter) => filter.slice(filter.indexOf('.') + 1);
  const app = Fastify();
  app.get('/rest/v1/cities', { schema: { response: { 200: cities } } }, (request) => {
    const query = request.query;
    if (query.id) return run('key', [Number(value(query.id))]);
    return run('page', [value(query.country_code), Number(query.limit)]);
  });
  app.get('/rest/v1/countries', { schema: { response: { 200: countries } } }, (request) =>
    run('country', [value(request.query.cca3), Number(request.query['cities.limit'])]));
  const body = {
    type: 'object', required: ['name', 'country_code', 'population', 'latitude', 'longitude'],
    properties: {
      name: text, country_code: text, population: { type: 'integer', minimum: 0 }, latitude: number, longitude: number,
    },
  };
  app.post('/rest/v1/cities', { schema: { body } }, async (request, reply) => {
    const city = request.body;
    await run('insert', [city.name, city.country_code, city.population, city.latitude, city.longitude]);
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
