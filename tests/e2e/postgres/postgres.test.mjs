// The product on PostgreSQL: the atlas example moved there by its datasource and url, supabase-js on it, and a database
// that is killed under load. Without Debian's package the tests skip.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { json, must, post, root, run, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';
import { keysOf, notes, onPostgres } from './support.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';

test('the atlas on PostgreSQL, by supabase-js', { skip }, async (t) => {
  const database = await startServer(t);
  const atlas = readFileSync(path.join(root, 'examples/atlas/schema.zmodel'), 'utf8');
  const made = onPostgres(t, atlas, database.url);
  const keys = keysOf(made);
  assert.match(must(['db', 'push', made]), /create table "countries"/);
  assert.match(must(['db', 'push', made]), /is what the schema says/);
  const countries = path.join(made, 'countries.ndjson');
  const country = (cca3, name, area) => JSON.stringify({ cca3, cca2: cca3.slice(0, 2), name, officialName: name,
    region: 'Europe', area, latitude: 1.5, longitude: -2, landlocked: false, unMember: true, flag: '', names: {} });
  writeFileSync(countries, `${country('AAA', 'Aland', 1)}\n${country('BBB', 'Borduria', 2.5)}\n`);
  const imported = run(['import', 'Country', countries, '-C', made]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const admin = createClient(server.url, keys.secret_key);
  assert.equal(imported.status, 0, imported.stderr);
  const read = await admin.from('countries').select('cca3,area').order('area', { ascending: false });
  assert.deepEqual(read.data, [{ cca3: 'BBB', area: 2.5 }, { cca3: 'AAA', area: 1 }], JSON.stringify(read.error));
  const changed = await admin.from('countries').update({ capital: 'Szohôd' }).eq('cca3', 'BBB').select('capital').single();
  assert.deepEqual(changed.data, { capital: 'Szohôd' }, JSON.stringify(changed.error));
  const counted = await admin.from('countries').select('*', { count: 'exact', head: true }).ilike('capital', 'szo%');
  assert.equal(counted.count, 1);
  assert.equal((await admin.from('countries').delete().eq('cca3', 'AAA')).status, 204);
  const exported = must(['export', 'Country', '-', '--format', 'csv', '-C', made]);
  assert.equal(exported.trim().split('\n').length, 2);
  assert.match(must(['doctor', made]), /PostgreSQL 1/);
  assert.equal(await server.stop(), 0);
});

test('what can not be served says so at the start', { skip }, async (t) => {
  const database = await startServer(t);
  const made = onPostgres(t, notes, database.url);
  keysOf(made);
  const unmade = run(['serve', made, '--listen', '127.0.0.1:0']);
  assert.equal(unmade.status, 1);
  assert.match(unmade.stderr, /not what the schema says: `trivet db push` makes it so/);
  must(['db', 'push', made]);
  await database.kill('SIGQUIT');
  const started = performance.now();
  const alone = run(['serve', made, '--listen', '127.0.0.1:0', '--database-url',
    database.url.replace('postgres@', 'postgres:verysecret@')]);
  assert.equal(alone.status, 1);
  assert.match(alone.stderr, /the database postgres:\/\/postgres@127\.0\.0\.1:\d+\/postgres can't be reached/);
  assert.doesNotMatch(alone.stderr, /verysecret/);
  assert.ok(performance.now() - started < 10_000);
  const printed = must(['serve', made, '--print-config', '--database-url', 'postgres://u:verysecret@h/d']);
  assert.doesNotMatch(printed, /verysecret/);
  const mixed = run(['serve', made, '--database-url', 'file:./data.db']);
  assert.equal(mixed.status, 1);
  assert.match(mixed.stderr, /written for PostgreSQL, but the database's url is a file's/);
});

test('numbers go on behind the keys of imported rows', { skip }, async (t) => {
  const database = await startServer(t);
  const made = onPostgres(t, notes.replace('Int    @id', 'Int    @id @default(autoincrement())'), database.url);
  const apikey = keysOf(made).secret_key;
  must(['db', 'push', made]);
  const file = path.join(made, 'notes.ndjson');
  writeFileSync(file, '{"id":1,"text":"a"}\n{"id":7,"text":"b"}\n');
  must(['import', 'Note', file, '-C', made]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const next = async (body) => json(`${server.url}/rest/v1/Note`,
    post(body, { apikey, Prefer: 'return=representation' }));
  assert.deepEqual((await next({ text: 'c' })).body, [{ id: 8, text: 'c' }]);
  writeFileSync(file, '{"id":3,"text":"d"}\n');
  must(['import', 'Note', file, '-C', made]);
  assert.deepEqual((await next({ text: 'e' })).body, [{ id: 9, text: 'e' }]);
  assert.equal(await server.stop(), 0);
});

test('kill -9 of the database: no acknowledged write is lost, and it goes on without a restart', { skip }, async (t) => {
  const database = await startServer(t);
  const made = onPostgres(t, notes, database.url);
  const keys = keysOf(made);
  must(['db', 'push', made]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--set', 'database.queue_timeout=500ms']);
  const url = `${server.url}/rest/v1/Note`;
  const apikey = keys.publishable_key;
  const answers = new Map();  // code → how often
  const acknowledged = [];
  let next = 0;
  let going = true;
  const writer = async () => {
    while (going) {
      const id = ++next;
      const started = performance.now();
      const answer = await json(url, post({ id, text: `note ${id}` }, { apikey }));
      assert.ok(performance.now() - started < 10_000, 'an answer within the deadline');
      if (answer.status === 201) acknowledged.push(id);
      const code = answer.status === 201 ? 'done' : `${answer.status} ${answer.body.code}`;
      answers.set(code, (answers.get(code) ?? 0) + 1);
    }
  };
  const writers = Array.from({ length: 8 }, writer);
  const until = async (what, probe) => {
    for (let tries = 0; tries < 1000; ++tries) {
      if (await probe()) return;
      await delay(20);
    }
    throw new Error(`${what}: not in time; ${JSON.stringify([...answers])}\n${server.child.log}`);
  };
  const ready = async () => (await fetch(`${server.url}/readyz`)).status;
  await until('some writes', () => acknowledged.length >= 200);
  assert.equal(await ready(), 200);
  await database.kill('SIGKILL');
  await until('503', () => answers.has('503 PGRST000'));
  assert.equal(await ready(), 503);
  const refused = await fetch(`${url}?id=eq.1`, { headers: { apikey } });
  assert.equal(refused.status, 503);
  assert.equal((await refused.json()).message, 'Database connection error.');
  assert.ok(Number(refused.headers.get('retry-after')) >= 0);
  const before = acknowledged.length;
  await database.start();
  await until('writes again', () => acknowledged.length >= before + 200);
  // Each event loop has connections of its own, and comes back by itself.
  await until('ready again', async () => await ready() === 200);
  going = false;
  await Promise.all(writers);
  const stored = new Set(database.sql('SELECT id FROM "Note"').stdout.trim().split('\n').map(Number));
  assert.deepEqual(acknowledged.filter((id) => !stored.has(id)), []);
  for (const code of answers.keys()) assert.match(code, /^(done|503 (PGRST000|08006))$/);
  t.diagnostic(JSON.stringify([...answers]));
  assert.equal(await server.stop(), 0);
});
