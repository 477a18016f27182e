// The product on MariaDB: the atlas example by supabase-js, a move from SQLite, rule tests, identity, and a database that
// is killed or stands still under load. Without Debian's package the tests skip.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, json, must, post, root, run, serve } from '../cli/support.mjs';
import { keysOf, load, notes } from '../postgres/support.mjs';
import { isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package mariadb-server is not installed';

// A project folder whose database is that server.
function onMariaDB(t, schema, url) {
  const made = folder(t);
  const text = schema.replace('provider = "sqlite"', 'provider = "mysql"').replace(/\n\s*url\s*=.*/, '');
  writeFileSync(path.join(made, 'schema.zmodel'), text);
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${url}"\n`, { mode: 0o600 });
  return made;
}

test('the atlas on MariaDB, by supabase-js', { skip }, async (t) => {
  const database = await startServer(t);
  const atlas = readFileSync(path.join(root, 'examples/atlas/schema.zmodel'), 'utf8');
  const made = onMariaDB(t, atlas, database.url);
  const keys = keysOf(made);
  assert.match(must(['db', 'push', made]), /create table "countries"/);
  assert.match(must(['db', 'push', made]), /is what the schema says/);
  const countries = path.join(made, 'countries.ndjson');
  const country = (cca3, name, area) => JSON.stringify({ cca3, cca2: cca3.slice(0, 2), name, officialName: name,
    region: 'Europe', area, latitude: 1.5, longitude: -2, landlocked: false, unMember: true, flag: '🏳', names: { x: [1] } });
  writeFileSync(countries, `${country('AAA', 'Aland', 1)}\n${country('BBB', 'Borduria', 2.5)}\n`);
  const imported = run(['import', 'Country', countries, '-C', made]);
  assert.equal(imported.status, 0, imported.stderr);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const admin = createClient(server.url, keys.secret_key);
  const read = await admin.from('countries').select('cca3,area,flag,names,cities(name)').order('area', { ascending: false });
  assert.deepEqual(read.data, [{ cca3: 'BBB', area: 2.5, flag: '🏳', names: { x: [1] }, cities: [] },
    { cca3: 'AAA', area: 1, flag: '🏳', names: { x: [1] }, cities: [] }], JSON.stringify(read.error));
  const changed = await admin.from('countries').update({ capital: 'Szohôd' }).eq('cca3', 'BBB').select('capital').single();
  assert.deepEqual(changed.data, { capital: 'Szohôd' }, JSON.stringify(changed.error));
  const counted = await admin.from('countries').select('*', { count: 'exact', head: true }).ilike('capital', 'szo%');
  assert.equal(counted.count, 1);
  assert.equal((await admin.from('countries').delete().eq('cca3', 'AAA')).status, 204);
  const exported = must(['export', 'Country', '-', '--format', 'csv', '-C', made]);
  assert.equal(exported.trim().split('\n').length, 2);
  const doctor = must(['doctor', made]);
  assert.match(doctor, /MariaDB 1\d\./);
  assert.doesNotMatch(doctor, /secret(!|%21)/);
  assert.equal(await server.stop(), 0);
});

test('what can not be served says so at the start', { skip }, async (t) => {
  const database = await startServer(t);
  const made = onMariaDB(t, notes, database.url);
  keysOf(made);
  const unmade = run(['serve', made, '--listen', '127.0.0.1:0']);
  assert.equal(unmade.status, 1);
  assert.match(unmade.stderr, /not what the schema says: `trivet db push` makes it so/);
  must(['db', 'push', made]);
  const wrong = run(['serve', made, '--listen', '127.0.0.1:0', '--database-url', database.url.replace('secret', 'verysecret')]);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /the database mysql:\/\/app@127\.0\.0\.1:\d+\/app can't be reached/);
  assert.doesNotMatch(wrong.stderr, /verysecret/);
  const mixed = run(['serve', made, '--database-url', 'postgres://h/d']);
  assert.equal(mixed.status, 1);
  assert.match(mixed.stderr, /written for MySQL, but the database's url is PostgreSQL's/);
});

const script = `
CREATE TABLE customers (id BIGINT AUTO_INCREMENT PRIMARY KEY COMMENT 'counted', \`e-mail\` VARCHAR(200) NOT NULL UNIQUE,
  feeling ENUM('happy','so so') NOT NULL DEFAULT 'so so', born DATE, seen TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  extra JSON, points SMALLINT UNSIGNED NOT NULL DEFAULT 3, vip BOOLEAN NOT NULL DEFAULT TRUE, referrer BIGINT,
  token CHAR(36) NOT NULL DEFAULT (uuid()), note TEXT, place POINT,
  CONSTRAINT referred FOREIGN KEY (referrer) REFERENCES customers (id) ON DELETE SET NULL, CHECK (length(\`e-mail\`) > 3));
CREATE TABLE products (sku VARCHAR(191) PRIMARY KEY, name TEXT NOT NULL, price DECIMAL(10,2) NOT NULL, photo BLOB);
CREATE TABLE order_lines (no INT NOT NULL, line TINYINT NOT NULL DEFAULT 1, customer BIGINT NOT NULL, product VARCHAR(191) NOT NULL,
  count INT NOT NULL DEFAULT 1, price DECIMAL(10,2) NOT NULL, total DECIMAL(20,2) GENERATED ALWAYS AS (count * price) STORED,
  PRIMARY KEY (no, line), FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE,
  FOREIGN KEY (product) REFERENCES products (sku), INDEX by_price (price DESC));
CREATE TABLE _favourites (A BIGINT NOT NULL, B VARCHAR(191) NOT NULL, UNIQUE INDEX _favourites_AB_unique (A, B),
  INDEX _favourites_B_index (B),
  FOREIGN KEY (A) REFERENCES customers (id) ON DELETE CASCADE ON UPDATE CASCADE,
  FOREIGN KEY (B) REFERENCES products (sku) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE VIEW spending AS SELECT customer, SUM(total) AS spent FROM order_lines GROUP BY customer;
INSERT INTO customers (id, \`e-mail\`, feeling, seen, extra, referrer) VALUES
  (1, 'ann@x.org', 'happy', '2024-05-06 07:08:09', '{"vip":true}', NULL),
  (2, 'bob@x.org', 'so so', '2024-05-07', NULL, 1);
INSERT INTO products VALUES ('a1', 'Anvil', 12.5, 'hi'), ('b2', 'Bell', 3, NULL);
INSERT INTO order_lines (no, line, product, customer, count, price) VALUES (7, 1, 'a1', 2, 2, 12.5), (7, 2, 'b2', 2, 1, 3);
INSERT INTO _favourites VALUES (1, 'a1'), (1, 'b2'), (2, 'b2');
`;

test('a pulled database is served as it is, and a second pull changes nothing', { skip }, async (t) => {
  const database = await startServer(t);
  const made = folder(t);
  assert.equal(database.sql(script).stderr, '');
  const layout = () => database.sql("SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, COLUMN_DEFAULT FROM information_schema.COLUMNS " +
    "WHERE TABLE_SCHEMA = 'app' AND TABLE_NAME NOT LIKE '\\_trivet%' ORDER BY 1, 2").stdout;
  const before = layout();
  const pulled = run(['db', 'pull', database.url, '-C', made]);
  assert.equal(pulled.status, 0, pulled.stderr);
  assert.match(pulled.stderr + pulled.stdout, /CHECK \(octet_length\("e-mail"\) > 3\) is in force/);
  const file = path.join(made, 'schema.zmodel');
  const text = readFileSync(file, 'utf8');
  for (const line of [/\/\/\/ counted\n\s+id +BigInt +@id @default\(autoincrement\(\)\)/,
    /e_mail +String +@unique.* @map\("e-mail"\) @db\.VarChar\(200\)/,
    /feeling +customers_feeling +@default\(so_so\)/, /seen +DateTime +@default\(now\(\)\) @db\.Timestamp\(6\)/, /extra +Json\?/,
    /points +Int +@default\(3\) @db\.UnsignedSmallInt/, /vip +Boolean +@default\(true\)/, /place +Unsupported\("point"\)\?/,
    /@@id\(\[no, line\]\)/, /@@index\(\[price\(sort: Desc\)\], map: "by_price"\)/, /view spending/])
    assert.match(text, line);
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${database.url}"\n`, { mode: 0o600 });
  const again = run(['db', 'pull', '-C', made]);
  assert.equal(again.status, 0, again.stderr);
  assert.equal(readFileSync(file, 'utf8'), text);
  const keys = keysOf(made);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const admin = createClient(server.url, keys.secret_key);
  const read = await admin.from('customers').select('e-mail,feeling,extra,products(sku),order_lines(no,line,total)').order('id');
  assert.deepEqual(read.data, [
    { 'e-mail': 'ann@x.org', feeling: 'happy', extra: { vip: true }, products: [{ sku: 'a1' }, { sku: 'b2' }], order_lines: [] },
    { 'e-mail': 'bob@x.org', feeling: 'so so', extra: null, products: [{ sku: 'b2' }],
      order_lines: [{ no: 7, line: 1, total: 25 }, { no: 7, line: 2, total: 3 }] }], JSON.stringify(read.error));
  const written = await admin.from('order_lines').insert({ no: 8, customer: 1, product: 'a1', price: 1.25 }).select('line,total').single();
  assert.deepEqual(written.data, { line: 1, total: 1.25 }, JSON.stringify(written.error));
  const spent = await admin.from('spending').select().order('customer');
  assert.deepEqual(spent.data, [{ customer: 1, spent: 1.25 }, { customer: 2, spent: 28 }], JSON.stringify(spent.error));
  assert.equal(await server.stop(), 0);
  assert.equal(layout(), before);
});

const odd = `
datasource db { provider = "mysql" }
model Slot {
  at    String @id @db.Char(5)
  seats Int
  most  Int      @default(10)
  @@allow('read,create,update', true)
  @@allow('post-update', seats < most)
}
model Box {
  id    Int     @id
  open  Boolean @db.Bit(1)
  doc   Json
  parts Part[]
  @@allow('all', true)
  @@deny('delete', parts?[n > 1])
  @@map("t0")
}
model Part {
  id  Int @id
  n   Int
  c0  Int
  of  Int
  box Box @relation(fields: [of], references: [id], onDelete: Cascade)
  @@allow('all', true)
}
`;

test('what the server would do in its own way', { skip }, async (t) => {
  const database = await startServer(t);
  const made = onMariaDB(t, odd, database.url);
  const apikey = keysOf(made).publishable_key;
  must(['db', 'push', made]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--set', 'rest.aggregates=true']);
  const ask = (path, method = 'GET', body = undefined) => json(`${server.url}/rest/v1/${path}`, { method,
    headers: { apikey, Prefer: 'return=representation', 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });

  // A key that its column rounds is found again as it is kept, or refused: never past a rule.
  const slot = await ask('Slot', 'POST', { at: 'ab ', seats: 1 });
  assert.deepEqual(slot.body, [{ at: 'ab', seats: 1, most: 10 }], JSON.stringify(slot.body));
  const moved = await ask('Slot?seats=eq.1', 'PATCH', { at: 'cd ', seats: 50 });
  assert.equal(moved.body.code, '23514', JSON.stringify(moved.body));
  assert.deepEqual((await ask('Slot')).body, slot.body);

  const boxes = await ask('t0', 'POST', [{ id: 1, open: true, doc: [[[5]], 'x', 70000] }, { id: 2, open: false, doc: 'x' }]);
  assert.equal(boxes.status, 201, JSON.stringify(boxes.body));
  await ask('Part', 'POST', [{ id: 1, n: 1, c0: 1, of: 1 }, { id: 2, n: 1, c0: 2, of: 1 }, { id: 3, n: 7, c0: 1, of: 2 }]);
  const groups = await ask('t0?select=id,open,parts(n,many:id.count())&order=id');
  assert.deepEqual(groups.body, [{ id: 1, open: true, parts: [{ n: 1, many: 2 }] },
    { id: 2, open: false, parts: [{ n: 7, many: 1 }] }], JSON.stringify(groups.body));
  const within = await ask('Part?select=id,box(open)&id=in.(1,3)&order=id');
  assert.deepEqual(within.body, [{ id: 1, box: { open: true } }, { id: 3, box: { open: false } }], JSON.stringify(within.body));

  // A list of one isn't what is in it, at any depth; and a long path is no long wait.
  const first = await ask('t0?select=a:doc->0->0->0,b:doc->0->0->0->0,c:doc->-1,d:doc->1->0&order=id');
  assert.deepEqual(first.body, [{ a: 5, b: null, c: 70000, d: null }, { a: null, b: null, c: null, d: null }], JSON.stringify(first.body));
  assert.deepEqual((await ask(`t0?select=a:doc${'->0'.repeat(400)}&id=eq.1`)).body, [{ a: null }]);
  const far = await ask('t0?select=a:doc->>2::int2&id=eq.1');
  assert.equal(far.body.code, '22003', JSON.stringify(far.body));
  assert.deepEqual((await ask('t0?select=a:doc->>2::int4&id=eq.1')).body, [{ a: 70000 }]);
  const word = await ask('t0?id=eq.1&doc->>1::int4=eq.1', 'DELETE');
  assert.notEqual(word.status, 200, JSON.stringify(word.body));

  // A table that is called like an alias of ours.
  assert.deepEqual((await ask('t0?id=gt.0&select=id', 'DELETE')).body, [{ id: 1 }]);
  assert.equal(await server.stop(), 0);
});

test('a project moves from SQLite to MariaDB, and numbers go on', { skip }, async (t) => {
  const database = await startServer(t);
  const schema = notes.replace('Int    @id', 'Int    @id @default(autoincrement())');
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema.replace('provider = "sqlite"', 'provider = "sqlite"\n  url = "file:./data.db"'));
  keysOf(made);
  must(['db', 'push', made]);
  const file = path.join(made, 'notes.ndjson');
  writeFileSync(file, Array.from({ length: 300 }, (_, i) => JSON.stringify({ id: i * 3 + 1, text: `n ${i} ä '"\\` })).join('\n'));
  must(['import', 'Note', file, '-C', made]);
  must(['db', 'move', `file:${path.join(made, 'data.db')}`, database.url, '-C', made]);
  const target = onMariaDB(t, schema, database.url);
  const secret = keysOf(target).secret_key;
  const server = await serve(t, ['serve', target, '--listen', '127.0.0.1:0']);
  const moved = await json(`${server.url}/rest/v1/Note?order=id`, { headers: { apikey: secret } });
  assert.equal(moved.body.length, 300);
  assert.deepEqual(moved.body[299], { id: 898, text: `n 299 ä '"\\` });
  const next = await json(`${server.url}/rest/v1/Note`, post({ text: 'next' }, { apikey: secret, Prefer: 'return=representation' }));
  assert.deepEqual(next.body, [{ id: 899, text: 'next' }]);
  assert.equal(await server.stop(), 0);
});

const settings = ['limits.request_timeout=1s', 'database.connect_timeout=1s', 'database.queue_timeout=500ms'];
const longest = 5000;  // the deadline, and what a busy machine adds

async function serveNotes(t, database) {
  const made = onMariaDB(t, notes, database.url);
  const apikey = keysOf(made).publishable_key;
  must(['db', 'push', made]);
  const words = settings.flatMap((setting) => ['--set', setting]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', ...words]);
  return { server, url: `${server.url}/rest/v1/Note`, apikey };
}

test('kill -9 of the database: no acknowledged write is lost, and it goes on without a restart', { skip }, async (t) => {
  const database = await startServer(t);
  const served = await serveNotes(t, database);
  const running = load(t, served, { longest });
  await running.more(100);
  await database.kill('SIGKILL');
  await running.until('an error', () => [...running.answers.keys()].some((code) => code !== 'done'));
  await database.start();
  await running.more(100);
  const { answers, slowest } = await running.stop(database);
  for (const code of answers.keys()) assert.match(code, /^(done|503 (PGRST000|08006)|500 57014|504 PGRST003)$/);
  t.diagnostic(`${JSON.stringify([...answers])}, the slowest in ${slowest} ms`);
  assert.equal(await served.server.stop(), 0);
});

test('a database that stands still', { skip }, async (t) => {
  const database = await startServer(t);
  const served = await serveNotes(t, database);
  const running = load(t, served, { longest });
  await running.more(100);
  database.child.kill('SIGSTOP');
  await running.until('an error', () => [...running.answers.keys()].some((code) => /57014|08006/.test(code)));
  assert.equal((await fetch(`${served.server.url}/healthz`)).status, 200);
  database.child.kill('SIGCONT');
  await running.more(100);
  const { answers, slowest } = await running.stop(database);
  for (const code of answers.keys()) assert.match(code, /^(done|503 (PGRST000|08006)|500 57014|504 PGRST003)$/);
  t.diagnostic(`${JSON.stringify([...answers])}, the slowest in ${slowest} ms`);
  assert.equal(await served.server.stop(), 0);
});
