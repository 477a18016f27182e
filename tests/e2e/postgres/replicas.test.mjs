// Reads on a hot standby: they get there, they are never older than what the caller wrote, and a standby that is behind, hangs
// or is gone costs nobody an answer.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { getUnix, json, must, post, run, serve } from '../cli/support.mjs';
import { childrenOf, freePort, isInstalled, program, startServer } from './server.mjs';
import { keysOf, notes, onPostgres } from './support.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';
const patience = 20_000;

// A standby of that server: {url, sql, child, start, kill}.
async function standby(t, primary) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trivet-standby-'));
  if (primary.user.uid !== undefined) chownSync(folder, primary.user.uid, primary.user.gid);
  const data = path.join(folder, 'data');
  const copied = spawnSync(program('pg_basebackup'), ['-D', data, '-h', primary.folder, '-p', String(primary.port), '-U', 'postgres',
    '-R', '-X', 'stream', '-c', 'fast', '--no-sync'], { encoding: 'utf8', ...primary.user });
  assert.equal(copied.status, 0, copied.stderr);
  const port = await freePort();
  const one = { url: `postgres://postgres@127.0.0.1:${port}/postgres`, child: undefined };
  one.sql = (text) => spawnSync(program('psql'), ['-X', '-q', '-A', '-t', '-h', folder, '-p', String(port), '-U', 'postgres', '-c', text],
    { encoding: 'utf8' }).stdout.trim();
  one.start = async () => {
    one.child = spawn(program('postgres'), ['-D', data, '-k', folder, '-p', String(port), '-c', 'shared_buffers=16MB',
      '-c', 'listen_addresses=127.0.0.1'], { stdio: 'ignore', ...primary.user });
    await until(() => one.sql('SELECT 1') === '1');
  };
  one.signal = (signal) => [one.child.pid, ...childrenOf(one.child.pid)].forEach((pid) => process.kill(pid, signal));
  one.kill = (signal) => new Promise((resolve) => { one.child.once('exit', resolve); one.child.kill(signal); });
  t.after(async () => {
    one.signal('SIGCONT');
    if (one.child.exitCode === null && one.child.signalCode === null) await one.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await one.start();
  return one;
}

async function until(holds) {
  const started = performance.now();
  while (!await holds()) {
    assert.ok(performance.now() - started < patience, String(holds));
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

test('reads go to a replica that has what the caller wrote', { skip, timeout: 120_000 }, async (t) => {
  const primary = await startServer(t, { wal_level: 'replica', max_wal_senders: '4', hot_standby: 'on' });
  const made = onPostgres(t, notes, primary.url);
  const keys = keysOf(made);
  must(['db', 'push', made]);
  const replica = await standby(t, primary);
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${primary.url}"\nreplicas = ["${replica.url}"]\n`, { mode: 0o600 });
  const admin = path.join(made, 'admin.sock');
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--admin-listen', `unix:${admin}`,
    '--set', 'limits.request_timeout=4s']);
  const url = `${server.url}/rest/v1/Note`;
  const headers = { apikey: keys.publishable_key };
  const service = { apikey: keys.secret_key };
  const rows = () => Number(replica.sql(`SELECT n_tup_returned FROM (SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0) AS n_tup_returned
    FROM pg_stat_user_tables WHERE relname = 'Note') x`));
  const read = async (id, as = headers) => {
    const answer = await json(`${url}?id=eq.${id}`, { headers: as });
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  };
  const metric = async (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await getUnix(admin, '/metrics')).text)[1]);

  // Own writes are there at once, whoever reads in between.
  await json(url, post({ id: 1, text: 'first' }, headers));
  await until(async () => await metric('trivet_replicas') === 1);
  for (let id = 2; id < 80; ++id) {
    const written = await json(url, post({ id, text: `n${id}` }, id % 2 ? headers : service));
    assert.equal(written.status, 201, written.text);
    assert.equal((await read(id, id % 2 ? headers : service)).length, 1);
  }
  // And others' reads do reach the replica.
  await until(async () => { await read(1); return await metric('trivet_replica_reads_total') > 5; });
  await until(() => rows() > 0);

  // One that is behind is left out, though others wrote: after the lag that is allowed nobody reads there.
  replica.sql('SELECT pg_wal_replay_pause()');
  await json(url, post({ id: 100, text: 'late' }, service));
  assert.equal((await read(100, service)).length, 1);
  await until(async () => (await read(100)).length === 1);
  await until(async () => await metric('trivet_replicas') === 0);
  replica.sql('SELECT pg_wal_replay_resume()');
  await until(async () => await metric('trivet_replicas') === 1);

  // One that hangs, and one that is killed, cost no answer, and come back.
  replica.signal('SIGSTOP');
  await Promise.all(Array.from({ length: 20 }, () => read(1)));
  await until(async () => await metric('trivet_replicas') === 0);
  replica.signal('SIGCONT');
  await until(async () => await metric('trivet_replicas') === 1);
  const reading = Array.from({ length: 4 }, async () => { for (let i = 0; i < 100; ++i) await read(1); });
  await replica.kill('SIGKILL');
  await Promise.all(reading);
  await until(async () => await metric('trivet_replicas') === 0);
  await replica.start();
  await until(async () => await metric('trivet_replicas') === 1);
  // Nor does one that hangs keep the server from stopping.
  replica.signal('SIGSTOP');
  const stopping = performance.now();
  assert.equal(await server.stop(), 0);
  assert.ok(performance.now() - stopping < 8000);
});

test('replicas that can not be', { skip }, async (t) => {
  const made = onPostgres(t, notes, 'postgres://u:verysecret@127.0.0.1:1/d');
  keysOf(made);
  const wrong = run(['serve', made, '--set', 'database.replicas=mysql://u:verysecret@h/d']);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /database\.replicas holds postgres:\/\/… URLs/);
  const printed = must(['serve', made, '--print-config', '--set', 'database.replicas=postgres://u:verysecret@h/d']);
  assert.doesNotMatch(printed, /verysecret/);
});
