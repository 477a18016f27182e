// trivet db move: a project's data into another database and back, with writers, broken off and gone on with, and what is refused.
// Without Debian's package of PostgreSQL the tests that need it skip.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { folder, json, must, post, run, serve, trivet } from '../cli/support.mjs';
import { isInstalled, startServer } from '../postgres/server.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';

const models = `
enum Mood {
  SAD
  HAPPY @map("very happy")
}

model Thing {
  id     Int       @id @default(autoincrement())
  name   String    @unique
  flag   Boolean?
  big    BigInt?
  real   Float?
  price  Decimal?
  at     DateTime?
  doc    Json?
  data   Bytes?
  mood   Mood?
  tags   Tag[]
  parts  Part[]
  nextId Int?      @map("next_id")
  next   Thing?    @relation("chain", fields: [nextId], references: [id])
  prev   Thing[]   @relation("chain")
  @@map("things")
  @@allow('all', true)
}

model Part {
  code    String
  number  Int
  uid     String @unique @default(uuid())
  thingId Int
  thing   Thing  @relation(fields: [thingId], references: [id], onDelete: Cascade)
  @@id([code, number])
  @@allow('all', true)
}

model Tag {
  label  String  @id
  things Thing[]
  @@allow('all', true)
}
`;
const schemaFor = (provider, text = models) => `datasource db {\n  provider = "${provider}"\n}\n${text}`;

// A project; `url` is where its database is.
function project(t, provider, url, text) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schemaFor(provider, text));
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${url}"\n`, { mode: 0o600 });
  return made;
}

function load(made, model, rows) {
  const file = path.join(made, `${model}.ndjson`);
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n') + '\n');
  must(['import', model, file, '-C', made, '--quiet']);
}

const words = (model, made) => ['export', model, '-', '--format', 'ndjson', '-C', made, '--quiet'];
const dump = (made, model) => must(words(model, made), { maxBuffer: 1 << 28 })
  .trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));

const things = [
  { id: 1, name: 'plain', nextId: 2 },
  { id: 2, name: 'Zoë 🦉 \u0001 "quoted" \\ \n', flag: true, big: '9223372036854775807', real: 1.7976931348623157e308,
    price: '123456789012.345',
    at: '2024-02-29T23:59:59.999Z',
    doc: { b: [1, null, { ü: '∞' }], a: 1.5 }, data: '\\x00ff7f', mood: 'very happy',
    nextId: 1 },
  { id: 3, name: '', flag: false, big: '-9223372036854775808', real: -5e-324, price: '0',
    at: '0001-01-01T00:00:00Z', doc: null, data: '\\x', mood: 'SAD' },
  { id: 4, name: ' ', real: 0.1, price: '-0.000000000000000001', at: '9999-12-31T23:59:59.999Z', doc: 'text', nextId: 4 },
  { id: 5, name: 'a', at: '1969-12-31T23:59:59.001Z', doc: [], big: 0, price: '1.5' },
];
const parts = [{ code: 'é', number: -1, uid: '018f0000-0000-7000-8000-000000000001', thingId: 2 },
  { code: 'é', number: 2147483647, uid: '018f0000-0000-7000-8000-000000000002', thingId: 2 },
  { code: '', number: 0, uid: 'not a uuid', thingId: 5 }];

// Decimals without the zeros that a column of 30 places adds.
const plain = (price) => price && String(price).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
const comparable = (made) => ({
  things: dump(made, 'Thing').map((row) => ({ ...row, price: plain(row.price) })),
  parts: dump(made, 'Part'),
  tags: dump(made, 'Tag'),
});

test('every type, from SQLite to PostgreSQL and back', { skip }, async (t) => {
  const database = await startServer(t);
  const first = project(t, 'sqlite', 'file:./data.db');
  must(['db', 'push', first]);
  load(first, 'Thing', [...things.map((row) => ({ ...row, nextId: null })), { id: 40, name: 'gone' }]);
  load(first, 'Part', parts);
  load(first, 'Tag', [{ label: 'x' }, { label: 'y' }]);
  const { publishable_key: apikey } = JSON.parse(must(['keys', first, '--json']));
  const server = await serve(t, ['serve', first, '--listen', '127.0.0.1:0']);
  const send = async (method, target, body) => {
    const headers = { apikey, 'Content-Type': 'application/json', Prefer: 'return=minimal' };
    const answer = await fetch(`${server.url}/rest/v1/${target}`, { method, headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, `${method} ${target}: ${await answer.text()}`);
  };
  for (const row of things) if (row.nextId) await send('PATCH', `things?id=eq.${row.id}`, { next_id: row.nextId });
  await send('DELETE', 'things?id=eq.40');
  for (const [name, labels] of [['tagged', ['x', 'y']], ['tagged too', ['y']]])
    await send('POST', 'things', { name, tags: labels.map((label) => ({ label })) });
  assert.equal(await server.stop(), 0);
  const from = path.join(first, 'data.db');
  const report = run(['db', 'move', from, database.url, '-C', first, '--dry-run']);
  assert.equal(report.status, 0, report.stderr);
  assert.match(report.stderr, /note: Thing\.at: keeps milliseconds there/);
  assert.equal(database.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").stdout.trim(), '0');
  const moved = JSON.parse(must(['db', 'move', from, database.url, '-C', first, '--json']));
  const sum = (name) => moved.tables.find((one) => one.table === name).rows;
  assert.deepEqual([sum('Thing'), sum('Part'), sum('Tag'), sum('_TagToThing')], [7, 3, 2, 3]);
  assert.equal(moved.passes, 2);
  const second = project(t, 'postgresql', database.url);
  const wanted = comparable(first);
  assert.deepEqual(comparable(second), wanted);
  assert.match(must(['db', 'push', second]), /is what the schema says/);
  assert.equal(database.sql(`INSERT INTO things (name) VALUES ('counted') RETURNING id`).stdout.trim(), '43');
  assert.match(database.sql(`INSERT INTO "Part" VALUES ('z', 1, 'z', 99)`).stderr, /foreign key/);
  assert.equal(database.sql(`DELETE FROM things WHERE name = 'counted'`).status, 0);

  const back = path.join(folder(t), 'back.db');
  const text = must(['db', 'move', database.url, `file:${back}`, '-C', second]);
  assert.match(text, /Thing: 7 rows, checksum [0-9a-f]{16}/);
  assert.match(text, /To switch over:\n.*stop what writes to postgres:\/\//);
  const third = project(t, 'sqlite', `file:${back}`);
  assert.deepEqual(comparable(third), wanted);
  load(third, 'Thing', [{ name: 'counted' }]);
  assert.equal(dump(third, 'Thing').find((row) => row.name === 'counted').id, 44);
  assert.match(must(['db', 'push', third]), /is what the schema says/);
});

test('writers go on, and the move is killed and goes on', { skip }, async (t) => {
  const database = await startServer(t);
  const made = project(t, 'sqlite', 'file:./data.db');
  must(['db', 'push', made]);
  load(made, 'Thing', Array.from({ length: 12_000 }, (_, i) => ({ id: i + 1, name: `thing ${i}`, price: i / 8, doc: { i } })));
  load(made, 'Tag', [{ label: 'x' }]);
  const { publishable_key: apikey } = JSON.parse(must(['keys', made, '--json']));
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const url = `${server.url}/rest/v1/things`;
  let going = true;
  let number = 0;
  const ask = async (target, options) => {
    const answer = await json(target, options);
    assert.ok(answer.status < 300, answer.text);
  };
  const writer = async () => {
    while (going) {
      const n = ++number;
      await ask(url, post({ name: `new ${n}`, tags: [{ label: 'x' }] }, { apikey }));
      const swap = 1 + ((n * 97) % 12_000);
      await ask(`${url}?id=eq.${swap}`, { ...post({ name: `changed ${n}`, flag: true }, { apikey }), method: 'PATCH' });
      await ask(`${url}?id=eq.${1 + ((n * 31) % 12_000)}`, { method: 'DELETE', headers: { apikey } });
      await delay(5);
    }
  };
  const writers = [writer(), writer()];
  const words = ['db', 'move', path.join(made, 'data.db'), database.url, '-C', made, '--json'];
  const count = () => Number(database.sql('SELECT count(*) FROM things').stdout.trim() || 0);
  const killed = spawn(trivet, words, { stdio: 'ignore' });
  const ended = new Promise((resolve) => killed.on('exit', (code, signal) => resolve(signal ?? code)));
  while (killed.exitCode === null && count() < 1000) await delay(5);
  killed.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL');
  const half = count();
  assert.ok(half >= 1000, `${half}`);
  const resumed = spawn(trivet, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let noted = '';
  resumed.stdout.on('data', (more) => { printed += more; });
  resumed.stderr.on('data', (more) => { noted += more; });
  const done = new Promise((resolve) => resumed.on('exit', resolve));
  while (resumed.exitCode === null && !noted.includes('pass 2:')) await delay(10);
  going = false;
  await Promise.all(writers);
  assert.equal(await done, 0, noted);
  const moved = JSON.parse(printed);
  assert.ok(moved.passes >= 3, printed);
  assert.equal(await server.stop(), 0);
  const there = project(t, 'postgresql', database.url);
  assert.deepEqual(comparable(there), comparable(made));
  const pairs = moved.tables.find((one) => one.table === '_TagToThing').rows;
  assert.equal(database.sql('SELECT count(*) FROM "_TagToThing"').stdout.trim(), String(pairs));
  t.diagnostic(`killed at ${half} rows, then ${moved.passes} passes, ${pairs} pairs`);

  assert.match(run(words).stderr, /was moved to .* already/);
  load(made, 'Thing', [{ name: 'late' }]);
  database.sql(`INSERT INTO things (name) VALUES ('only there')`);
  const again = JSON.parse(must([...words, '--again']));
  assert.deepEqual([again.written, again.removed], [1, 1]);
  assert.deepEqual(comparable(there), comparable(made));
});

test('what a target does not keep is named by row and field', { skip }, async (t) => {
  const database = await startServer(t);
  const made = project(t, 'sqlite', 'file:./data.db');
  must(['db', 'push', made]);
  load(made, 'Thing', [{ id: 7, name: 'fine' }, { id: 8, name: 'precise', at: '2024-01-01T00:00:00.123456Z' }]);
  const words = ['db', 'move', path.join(made, 'data.db'), database.url, '-C', made, '--quiet'];
  const refused = run(words);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /Thing id=8, field at: 2024-01-01 00:00:00\.123456 is kept as 2024-01-01 00:00:00\.123 by the target/);
  assert.match(refused.stderr, /--round-times/);
  must([...words, '--round-times']);
  assert.equal(database.sql(`SELECT at FROM things WHERE id = 8`).stdout.trim(), '2024-01-01 00:00:00.123');
});

test('what can not be moved is refused before anything is done', { skip }, async (t) => {
  const database = await startServer(t);
  const lists = project(t, 'postgresql', database.url, `model Note {
  id    Int      @id
  words String[]
  code  String   @db.VarChar(4)
}
`);
  must(['db', 'push', lists]);
  const target = path.join(folder(t), 'new.db');
  const report = run(['db', 'move', database.url, target, '-C', lists]);
  assert.equal(report.status, 1);
  assert.match(report.stderr, /can't be moved: .*schema\.zmodel:6: .*list/i);
  assert.match(run(['db', 'move', database.url, database.url, '-C', lists]).stderr, /the same database/);
  const made = project(t, 'sqlite', 'file:./data.db', 'model Note {\n  id Int @id\n}\n');
  must(['db', 'push', made]);
  const full = run(['db', 'move', path.join(made, 'data.db'), database.url, '-C', made]);
  assert.equal(full.status, 1);
  assert.match(full.stderr, /holds tables already/);
});
