// A database that no Trivet made: pulled, served as it is, and not changed by that.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { folder, json, must, post, run, serve } from '../cli/support.mjs';

const script = `
CREATE TABLE customers (id INTEGER PRIMARY KEY, "e-mail" VARCHAR(200) NOT NULL UNIQUE, active TINYINT(1) NOT NULL DEFAULT 1,
  created TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, referrer INT REFERENCES customers(id) ON DELETE SET NULL,
  CHECK (length("e-mail") > 3));
CREATE TABLE products (sku TEXT PRIMARY KEY, name NVARCHAR(80) NOT NULL, price NUMERIC(10,2) NOT NULL, data JSON, photo BLOB);
CREATE TABLE "order lines" (order_no INT NOT NULL, line INT NOT NULL, product_sku TEXT NOT NULL REFERENCES products(sku),
  customer_id INT NOT NULL REFERENCES customers, count SMALLINT NOT NULL DEFAULT 1, unit REAL NOT NULL,
  total REAL GENERATED ALWAYS AS (count * unit) STORED, PRIMARY KEY (order_no, line));
CREATE TABLE shipments (id INTEGER PRIMARY KEY, no INT NOT NULL, ln INT NOT NULL, at DATETIME,
  FOREIGN KEY (no, ln) REFERENCES "order lines"(order_no, line));
CREATE TABLE _favourites ("A" INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE ON UPDATE CASCADE,
  "B" TEXT NOT NULL REFERENCES products (sku) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE UNIQUE INDEX "_favourites_AB_unique" ON _favourites("A", "B");
CREATE INDEX "_favourites_B_index" ON _favourites("B");
CREATE UNIQUE INDEX lower_mail ON customers(lower("e-mail"));
CREATE TABLE audit (at DATETIME, line TEXT);
CREATE VIEW spending AS SELECT customer_id, sum(total) AS spent, count(*) AS bought FROM "order lines" GROUP BY customer_id;
CREATE TRIGGER noted AFTER INSERT ON "order lines" BEGIN INSERT INTO audit VALUES (datetime('now'), new.product_sku); END;
INSERT INTO customers (id, "e-mail", created, referrer) VALUES
  (1, 'ann@x.org', '2024-05-06 07:08:09', NULL), (2, 'bob@x.org', '2024-05-07', 1);
INSERT INTO products VALUES ('a1', 'Anvil', 12.5, '{"kg":40}', x'6869'), ('b2', 'Bell', 3, NULL, NULL);
INSERT INTO "order lines" (order_no, line, product_sku, customer_id, count, unit) VALUES (7, 1, 'a1', 2, 2, 12.5), (7, 2, 'b2', 2, 1, 3);
INSERT INTO shipments VALUES (1, 7, 1, '2024-06-01 00:00:00');
INSERT INTO _favourites VALUES (1, 'a1'), (1, 'b2'), (2, 'b2');
`;

function shop(t) {
  const made = folder(t);
  const file = path.join(made, 'old shop.sqlite3');
  const database = new DatabaseSync(file);
  database.exec(script);
  database.close();
  return { made, file };
}

const layout = (file) => {
  const database = new DatabaseSync(file);
  const rows = database
    .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_trivet%' ESCAPE '\\' ORDER BY name").all();
  database.close();
  return rows.map((row) => `${row.type} ${row.name}: ${row.sql}`);
};

test('a pulled database is served as it is', async (t) => {
  const { made, file } = shop(t);
  const before = layout(file);
  const pulled = run(['db', 'pull', `file:${file}`, '-C', made]);
  assert.equal(pulled.status, 0, pulled.stderr);
  assert.match(pulled.stdout, /^\+ customers$/m);
  assert.match(pulled.stderr, /@@allow\('read', true\)/);
  assert.match(pulled.stderr, /CHECK \(length/);
  assert.match(pulled.stderr, /"audit" has no key/);
  assert.match(pulled.stderr, /"customers"."created" holds times in another form.*UPDATE "customers" SET/);

  const { secret_key: service, publishable_key: anon } = JSON.parse(must(['keys', made, '--json']));
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const as = (key) => ({ headers: { apikey: key, Authorization: `Bearer ${key}` } });
  const get = async (target) => (await json(`${server.url}/rest/v1/${target}`, as(service))).body;

  assert.deepEqual(await get('customers?select=id,e-mail,active,created,referrer&order=id'), [
    { id: 1, 'e-mail': 'ann@x.org', active: true, created: '2024-05-06T07:08:09', referrer: null },
    { id: 2, 'e-mail': 'bob@x.org', active: true, created: '2024-05-07T00:00:00', referrer: 1 },
  ]);
  assert.deepEqual(await get('products?select=*&order=sku'), [
    { sku: 'a1', name: 'Anvil', price: 12.5, data: { kg: 40 }, photo: '\\x6869' },
    { sku: 'b2', name: 'Bell', price: 3, data: null, photo: null },
  ]);
  // Nested: composite key, its own lines, their product.
  assert.deepEqual(await get('shipments?select=id,at,order_lines(line,total,products(name),customers(e-mail))'), [
    { id: 1, at: '2024-06-01T00:00:00',
      order_lines: { line: 1, total: 25, products: { name: 'Anvil' }, customers: { 'e-mail': 'bob@x.org' } } },
  ].map((row) => row));
  assert.deepEqual(await get('customers?select=id,products(sku)&order=id&products.order=sku'), [
    { id: 1, products: [{ sku: 'a1' }, { sku: 'b2' }] }, { id: 2, products: [{ sku: 'b2' }] },
  ]);
  assert.deepEqual(await get('customers?select=id,customers!referrer(id)&order=id'), [
    { id: 1, customers: [{ id: 2 }] }, { id: 2, customers: [] },
  ]);
  assert.deepEqual(await get('spending?select=customer_id,spent,bought'), [{ customer_id: 2, spent: 28, bought: 2 }]);

  // Writing passes the database's own checks, defaults, generated columns and triggers.
  const made1 = await json(`${server.url}/rest/v1/order%20lines`, {
    ...post({ order_no: 8, line: 1, product_sku: 'b2', customer_id: 1, unit: 3 }), headers: {
      ...post({}).headers, ...as(service).headers } });
  assert.equal(made1.status, 201, made1.text);
  assert.equal(made1.body[0].total, 3);
  const short = await json(`${server.url}/rest/v1/customers`, {
    ...post({ 'e-mail': 'x' }), headers: { ...post({}).headers, ...as(service).headers } });
  assert.equal(short.body.code, '23514', short.text);

  // Nobody else sees a row, and no table is what it was not.
  const closed = await json(`${server.url}/rest/v1/customers`, as(anon));
  assert.ok(closed.status >= 400 || closed.body.length === 0, closed.text);
  await server.stop();
  assert.deepEqual(layout(file), before);
  const database = new DatabaseSync(file);
  assert.equal(database.prepare("SELECT count(*) AS n FROM audit WHERE line = 'b2'").get().n, 2);
  database.close();
});

test('a second pull keeps what was written by hand, and takes what the database got', (t) => {
  const { made, file } = shop(t);
  must(['db', 'pull', `file:${file}`, '-C', made]);
  const schema = path.join(made, 'schema.zmodel');
  const edited = readFileSync(schema, 'utf8')
    .replace('model customers {', '/// Who buys.\nmodel Customer {')
    .replaceAll(/\bcustomers(\??|\[\])(\s)/g, 'Customer$1$2')
    .replace('@@ignore', "@@ignore\n  // never served")
    .replace(/(model Customer \{[^}]*)\n\}/, "$1\n\n  @@map(\"customers\")\n  @@allow('read', active)\n}");
  writeFileSync(schema, edited);
  must(['format', schema]);
  must(['validate', made]);
  const written = readFileSync(schema, 'utf8');
  assert.match(must(['db', 'pull', '-C', made]), /the schema is what the database is/);
  assert.equal(readFileSync(schema, 'utf8'), written);

  const database = new DatabaseSync(file);
  database.exec('ALTER TABLE customers ADD COLUMN phone TEXT; DROP TABLE shipments; CREATE TABLE notes (id INTEGER PRIMARY KEY)');
  database.close();
  const shown = run(['db', 'pull', '-C', made, '--print']);
  assert.equal(readFileSync(schema, 'utf8'), written, '--print writes nothing');
  const changes = JSON.parse(must(['db', 'pull', '-C', made, '--json']));
  assert.deepEqual(changes.added, ['notes']);
  assert.deepEqual(changes.removed, ['shipments']);
  assert.deepEqual(changes.changed.find((model) => model.name === 'Customer').changes, ['+ phone String?']);
  assert.equal(readFileSync(schema, 'utf8'), shown.stdout);
  assert.match(shown.stdout, /@@allow\('read', active\)/);
  assert.match(shown.stdout, /\/\/ never served/);
  assert.match(must(['db', 'push', '-C', made]), /is what the schema says/);
});

test('what can not be pulled is said', (t) => {
  const made = folder(t);
  const refused = (...words) => {
    const done = run(['db', 'pull', ...words, '-C', made]);
    assert.equal(done.status, 1, done.stdout);
    return done.stderr;
  };
  assert.match(refused(), /give its URL/);
  assert.match(refused('file:nothing.db'), /there is no database/);
  assert.match(refused('mysql://root@localhost/shop'), /mysql/);
  writeFileSync(path.join(made, 'schema.zmodel'), 'datasource db { provider = "sqlite" }\nmodel A { }\n');
  assert.match(refused(`file:${shop(t).file}`), /has errors[\s\S]*--force/);
  assert.equal(run(['db', 'pull', '--nothing']).status, 2);
});
