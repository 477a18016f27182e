// The world breaks around a database under load: nothing acknowledged is lost, no answer is a wrong one or later than its
// deadline, and all goes on by itself when the world is whole again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { isInstalled, startServer } from './server.mjs';
import { load, serveNotes } from './support.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';
const settings = ['limits.request_timeout=1s', 'database.connect_timeout=1s', 'database.queue_timeout=500ms'];
const longest = 5000;  // the deadline, and what a busy machine adds

const ready = async (server) => (await fetch(`${server.url}/readyz`)).status;

function only(t, { answers, slowest }, codes) {
  for (const code of answers.keys()) assert.match(code, codes);
  t.diagnostic(`${JSON.stringify([...answers])}, the slowest in ${slowest} ms`);
}

// Runs a command of the system; skips the test where that may not be done.
function mayRun(t, ...words) {
  const done = spawnSync(words[0], words.slice(1), { encoding: 'utf8' });
  if (done.status === 0) return true;
  t.skip(`${words.join(' ')}: ${done.error?.message ?? done.stderr.trim()}`);
  return false;
}

test('a database that stands still', { skip }, async (t) => {
  const database = await startServer(t);
  const notes = await serveNotes(t, database, settings);
  const running = load(t, notes, { longest });
  await running.more(100);
  database.signalAll('SIGSTOP');
  await running.until('an error', () => [...running.answers.keys()].some((code) => code.endsWith('57014')));
  await running.until('/readyz says so', async () => await ready(notes.server) === 503);
  // What needs no database is served.
  const started = performance.now();
  assert.equal((await fetch(`${notes.server.url}/healthz`)).status, 200);
  assert.ok(performance.now() - started < 1000);
  database.signalAll('SIGCONT');
  await running.more(100);
  await running.until('/readyz', async () => await ready(notes.server) === 200);
  only(t, await running.stop(database), /^(done|500 57014|504 PGRST003|503 (PGRST000|08006))$/);
  assert.equal(await notes.server.stop(), 0);
});

test('a database with too few connections', { skip }, async (t) => {
  const database = await startServer(t, { max_connections: 6, superuser_reserved_connections: 1, client_connection_check_interval: 100 });
  assert.equal(database.sql('CREATE ROLE app LOGIN; GRANT ALL ON SCHEMA public TO app').status, 0);
  const url = database.url.replace('postgres@', 'app@');
  const notes = await serveNotes(t, { url }, [...settings, 'server.threads=2']);
  const running = load(t, notes, { longest });
  // Two loops want four connections each: those that are there do.
  await running.more(200);
  assert.deepEqual([...running.answers.keys()], ['done']);
  // Others take them all, one after the other.
  const hogs = Array.from({ length: 6 }, () => database.session("SELECT pg_terminate_backend(pid) FROM pg_stat_activity " +
    "WHERE usename = 'app'; SELECT pg_sleep(600)"));
  await running.until('an error', () => running.answers.has('503 PGRST000'));
  for (const hog of hogs) hog.kill('SIGKILL');
  await running.more(200);
  only(t, await running.stop(database), /^(done|503 (PGRST000|08006))$/);
});

test('a full disk', { skip }, async (t) => {
  const database = await startServer(t);
  const place = mkdtempSync(path.join(os.tmpdir(), 'trivet-small-'));
  if (!mayRun(t, 'mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', place)) return;
  t.after(() => {
    spawnSync('umount', [place]);
    rmSync(place, { recursive: true, force: true });
  });
  const ballast = path.join(place, 'ballast');
  const table = path.join(place, 'table');
  mkdirSync(table);
  writeFileSync(ballast, Buffer.alloc(1 << 20, 1));
  if (database.user.uid !== undefined) chownSync(table, database.user.uid, database.user.gid);
  const notes = await serveNotes(t, database, settings);
  for (const text of [`CREATE TABLESPACE small LOCATION '${table}'`, 'ALTER TABLE "Note" SET TABLESPACE small',
    'ALTER TABLE "Note" ALTER COLUMN text SET STORAGE PLAIN']) assert.equal(database.sql(text).status, 0, text);
  const running = load(t, notes, { longest, text: (id) => `note ${id} `.padEnd(4000, 'x') });
  await running.until('a full disk', () => [...running.answers.keys()].some((code) => code.endsWith('53100')));
  // Reads go on.
  assert.equal((await fetch(`${notes.url}?limit=1`, { headers: { apikey: notes.apikey } })).status, 200);
  rmSync(ballast);
  await running.more(10);
  only(t, await running.stop(database), /^(done|503 53100)$/);
});

test('a network that drops everything', { skip }, async (t) => {
  const name = `trivet${process.pid % 100000}`;
  const [here, there] = ['10.213.77.1', '10.213.77.2'];
  const ip = (...words) => mayRun(t, 'ip', ...words);
  const inside = (...words) => ip('netns', 'exec', name, 'ip', ...words);
  t.after(() => spawnSync('ip', ['netns', 'delete', name]));
  const made = ip('netns', 'add', name) && ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'far', 'netns', name) &&
    ip('addr', 'add', `${here}/30`, 'dev', name) && ip('link', 'set', name, 'up') && inside('addr', 'add', `${there}/30`, 'dev', 'far') &&
    inside('link', 'set', 'far', 'up') && inside('link', 'set', 'lo', 'up');
  if (!made) return;
  const trust = (data) => writeFileSync(path.join(data, 'pg_hba.conf'), `local all all trust\nhost all all ${here}/32 trust\n`);
  const database = await startServer(t, {}, { address: there, netns: name, prepare: trust });
  const notes = await serveNotes(t, database, settings);
  const running = load(t, notes, { longest });
  await running.more(100);
  assert.ok(inside('link', 'set', 'far', 'down'));
  await running.until('errors', () => [...running.answers.keys()].some((code) => code !== 'done'));
  await running.until('/readyz says so', async () => await ready(notes.server) === 503);
  assert.ok(inside('link', 'set', 'far', 'up'));
  await running.more(100);
  only(t, await running.stop(database), /^(done|500 57014|504 PGRST003|503 (PGRST000|08006))$/);
});
