// Views of a PostgreSQL database have, after `trivet db pull`, the relations of the tables below them, and take writes where the
// database takes them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { folder, json, must, post, run, serve } from '../cli/support.mjs';
import { isInstalled, startPostgres } from './postgres_server.mjs';

let server;
before(async () => { if (isInstalled) server = await startPostgres(); });
after(() => server?.stop());
const skip = isInstalled ? false : 'no PostgreSQL server is installed';

const script = `
CREATE TABLE people (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE orders (id bigserial PRIMARY KEY, buyer int NOT NULL REFERENCES people, note text DEFAULT 'none');
CREATE VIEW open_orders AS SELECT id AS number, buyer AS who, note FROM orders WHERE note <> 'closed';
CREATE VIEW through AS SELECT number, who FROM open_orders;
CREATE VIEW named AS SELECT o.id, p.name, o.buyer AS "the buyer" FROM orders o LEFT JOIN people p ON p.id = o.buyer;
CREATE VIEW counted AS SELECT buyer + 0 AS buyer, count(*) AS orders FROM orders GROUP BY 1;
CREATE MATERIALIZED VIEW kept AS SELECT id, buyer FROM orders WITH NO DATA;
INSERT INTO people VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO orders (buyer) VALUES (1), (2), (1);
REFRESH MATERIALIZED VIEW kept;
`;

test('pulled views have the relations of what they show', { skip }, async (t) => {
  const url = server.make(script);
  const made = folder(t);
  const pulled = run(['db', 'pull', url, '-C', made]);
  assert.equal(pulled.status, 0, pulled.stderr);
  const text = readFileSync(path.join(made, 'schema.zmodel'), 'utf8');
  const view = (name) => new RegExp(`view ${name} \\{\\n([^}]*)\\}`).exec(text)?.[1].replace(/ +/g, ' ');
  assert.match(view('open_orders'), /^ number BigInt @unique @default\(autoincrement\(\)\)\n who Int\n note String\? @default\("none"\)\n/);
  assert.match(view('open_orders'), /\n people people @relation\(fields: \[who\], references: \[id\]\)\n/);
  assert.match(view('through'), /number BigInt @unique[^\n]*\n who Int\n people people @relation/);
  assert.match(view('named'), /people people\? @relation\(fields: \[the_buyer\], references: \[id\]\)/);
  assert.match(view('kept'), /people people\? @relation\(fields: \[buyer\], references: \[id\]\)/);
  assert.doesNotMatch(view('named') + view('kept') + view('counted'), /@unique/);
  assert.doesNotMatch(view('counted'), /@relation/);
  assert.match(must(['db', 'pull', url, '-C', made]), /the schema is what the database is/);

  const env = { ...process.env, DATABASE_URL: url };
  const { secret_key: service } = JSON.parse(must(['keys', made, '--json'], { env }));
  const api = await serve(t, ['serve', made, '--listen', '127.0.0.1:0'], { env });
  const call = (target, options = {}) =>
    json(`${api.url}/rest/v1/${target}`, { ...options, headers: { ...options.headers, apikey: service } });
  assert.deepEqual((await call('open_orders?select=number,people(name)&order=number&limit=2')).body,
    [{ number: 1, people: { name: 'Ann' } }, { number: 2, people: { name: 'Bob' } }]);
  assert.deepEqual((await call('people?select=name,through(number)&id=eq.1&through.order=number')).body,
    [{ name: 'Ann', through: [{ number: 1 }, { number: 3 }] }]);
  const added = await call('through', post({ who: 2 }));
  assert.equal(added.status, 201, added.text);
  assert.deepEqual(added.body, [{ number: 4, who: 2 }]);
  assert.deepEqual((await call('open_orders?number=eq.4&select=note')).body, [{ note: 'none' }]);
  const refused = await call('named', post({ name: 'x' }));
  assert.equal(refused.status, 405, refused.text);
  await api.stop();
});
