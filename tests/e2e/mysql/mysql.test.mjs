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
  const pulled = run(['db', 'pull', database.url, '-C', made]);
  assert.notEqual(pulled.status, 0);
  assert.match(pulled.stderr, /can't be pulled/);
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
  await running.until('an error', () => [...running.answers.keys()].some((code) => code.endsWith('57014')));
  assert.equal((await fetch(`${served.server.url}/healthz`)).status, 200);
  database.child.kill('SIGCONT');
  await running.more(100);
  const { answers, slowest } = await running.stop(database);
  for (const code of answers.keys()) assert.match(code, /^(done|503 (PGRST000|08006)|500 57014|504 PGRST003)$/);
  t.diagnostic(`${JSON.stringify([...answers])}, the slowest in ${slowest} ms`);
  assert.equal(await served.server.stop(), 0);
});
