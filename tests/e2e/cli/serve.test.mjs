// serve: what it refuses, where settings come from, signals, listeners, metrics, size.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { getFresh, getUnix, json, must, project, run, serve } from './support.mjs';

const pushed = (t) => {
  const made = project(t);
  must(['db', 'push', made]);
  return made;
};

test('serve refuses what is unsafe and says why', (t) => {
  const made = project(t);
  const refused = (words = []) => {
    const done = run(['serve', made, '--listen', '127.0.0.1:0', ...words]);
    assert.equal(done.status, 1, done.stderr);
    return done.stderr;
  };
  assert.match(refused(), /no database .*trivet db push/);
  must(['db', 'push', made]);
  const keys = path.join(made, '.trivet/keys.toml');
  chmodSync(keys, 0o644);
  assert.match(refused(), /can be read by others.*chmod 600/);
  chmodSync(keys, 0o600);
  assert.match(refused(['--set', 'auth.jwt_secret=short']), /at least 32/);
  const file = path.join(made, 'schema.zmodel');
  writeFileSync(file, readFileSync(file, 'utf8').replace('body      String?', ''));
  assert.match(refused(), /not what the schema says/);
  rmSync(keys);
  assert.match(refused(), /no secret.*trivet keys/);
});

test('settings: defaults, file, variables, flags, in that order, with their origins', (t) => {
  const made = project(t);
  const toml = '[rest]\nmax_rows = 10\n[log]\nlevel = "error"\n[limits]\nidle_timeout = "2m"\n';
  writeFileSync(path.join(made, 'trivet.toml'), toml);
  const env = { ...process.env, TRIVET_LOG_LEVEL: 'warning', TRIVET_DATABASE_KEY: 'hidden' };
  const words = ['serve', made, '--print-config', '--json', '--listen', '127.0.0.1:1', '--listen', 'unix:/x'];
  const shown = JSON.parse(must([...words, '--set', 'rest.aggregates=true'], { env }));
  assert.deepEqual(shown['rest.max_rows'].value, 10);
  assert.match(shown['rest.max_rows'].origin, /trivet\.toml:2$/);
  assert.deepEqual(shown['log.level'], { value: 'warning', origin: 'TRIVET_LOG_LEVEL' });
  assert.deepEqual(shown['server.listen'], { value: ['127.0.0.1:1', 'unix:/x'], origin: '--listen' });
  assert.deepEqual(shown['rest.aggregates'], { value: true, origin: '--set' });
  assert.deepEqual(shown['limits.idle_timeout'].value, '120s');
  assert.deepEqual(shown['limits.depth'], { value: 8, origin: 'default' });
  const text = must(words.filter((word) => word !== '--json'), { env });
  assert.ok(!text.includes('hidden'));

  writeFileSync(path.join(made, 'trivet.toml'), '[rest]\nmax_row = 10\n[limits]\nidle_timeout = 5\n');
  const bad = run(['serve', made]);
  assert.equal(bad.status, 1);
  assert.match(bad.stderr, /trivet\.toml:2:1: unknown setting rest\.max_row.*rest\.max_rows/);
  assert.match(bad.stderr, /trivet\.toml:4:1: limits\.idle_timeout: expected duration/);
});

test('SIGTERM at once after the start is a clean stop', async (t) => {
  const server = await serve(t, ['serve', pushed(t), '--listen', '127.0.0.1:0']);
  assert.equal(await server.stop(), 0);
  for (const line of server.child.log.trim().split('\n')) JSON.parse(line);
});

test('SIGTERM finishes what is in flight', async (t) => {
  const server = await serve(t, ['serve', pushed(t), '--listen', '127.0.0.1:0']);
  const asked = Array.from({ length: 50 }, () => json(`${server.url}/rest/v1/Post`));
  const first = await Promise.race(asked);
  assert.equal(first.status, 200);
  const settled = Promise.allSettled(asked);
  assert.equal(await server.stop(), 0);
  for (const { status, value } of await settled) if (status === 'fulfilled') assert.equal(value.status, 200);
});

test('SIGHUP reads the schema again; a broken one leaves the old one serving', async (t) => {
  const made = pushed(t);
  const file = path.join(made, 'schema.zmodel');
  const before = readFileSync(file, 'utf8');
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  writeFileSync(file, before.replace("@@allow('read,create', true)", ''));
  server.child.kill('SIGHUP');
  await server.saw('schema.reloaded');
  assert.equal((await json(`${server.url}/rest/v1/Comment`)).body.code, '42501');
  writeFileSync(file, 'model {');
  server.child.kill('SIGHUP');
  await server.saw('schema.refused');
  assert.equal((await json(`${server.url}/rest/v1/Post`)).status, 200);
  assert.equal(await server.stop(), 0);
});

test('SIGHUP reads trivet.toml again: what can change does, what cannot is named, a broken one changes nothing', async (t) => {
  const made = pushed(t);
  const file = path.join(made, 'trivet.toml');
  writeFileSync(file, '[log]\nlevel = "warning"\n');
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const posts = () => json(`${server.url}/rest/v1/Post`, { headers: { Origin: 'https://elsewhere.example' } });
  assert.equal((await posts()).status, 200);
  const changed = '[auth]\nrequire_key = true\n[server]\nthreads = 7\n[database]\nurl = "file:other.db"\n';
  writeFileSync(file, changed);
  server.child.kill('SIGHUP');
  // Seen at all only because the level is back at its default.
  await server.saw('config.reloaded');
  assert.match(server.child.log, /only a restart applies it: server\.threads, database\.url/);
  // Also on the connection that was kept.
  assert.equal((await posts()).status, 401);
  for (const broken of ['[auth', '[auth]\nrequire_keys = false\n', '[auth]\njwt_secret = "short"\n']) {
    server.child.log = '';
    writeFileSync(file, broken);
    server.child.kill('SIGHUP');
    await server.saw('config.refused');
    assert.equal((await posts()).status, 401);
  }
  writeFileSync(file, '[server]\ncors_origins = ["https://shop.example"]\n');
  server.child.log = '';
  server.child.kill('SIGHUP');
  await server.saw('config.reloaded');
  assert.equal((await posts()).status, 200);
  // CORS holds for new connections.
  const fresh = await getFresh(`${server.url}/rest/v1/Post`, { Origin: 'https://elsewhere.example' });
  assert.equal(fresh.status, 200);
  assert.equal(fresh.headers['access-control-allow-origin'], undefined);
  assert.equal(await server.stop(), 0);
});

test('another database url in the schema is named on SIGHUP, and not taken before a restart', async (t) => {
  const made = pushed(t);
  const file = path.join(made, 'schema.zmodel');
  const before = readFileSync(file, 'utf8');
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  assert.match(before, /file:\.\/data\.db/);
  writeFileSync(file, before.replace('file:./data.db', 'file:./other.db'));
  server.child.kill('SIGHUP');
  await server.saw('schema.reloaded');
  assert.match(server.child.log, /only a restart applies it: the url of the schema's datasource/);
  assert.equal(existsSync(path.join(made, 'other.db')), false);
  assert.equal((await json(`${server.url}/rest/v1/Post`)).status, 200);
  assert.equal(await server.stop(), 0);
});

test('a new secret holds from SIGHUP on', async (t) => {
  const made = pushed(t);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const before = JSON.parse(must(['keys', made, '--json']));
  const ask = async (keys) => (await json(`${server.url}/rest/v1/Post`, { headers: { apikey: Object.values(keys)[0] } })).status;
  assert.equal(await ask(before), 200);
  rmSync(path.join(made, '.trivet/keys.toml'));
  server.child.kill('SIGHUP');
  await server.saw('config.refused');
  assert.equal(await ask(before), 200);
  writeFileSync(path.join(made, 'trivet.toml'), `[auth]\njwt_secret = "${'s'.repeat(40)}"\n`);
  chmodSync(path.join(made, 'trivet.toml'), 0o600);
  server.child.kill('SIGHUP');
  await server.saw('config.reloaded');
  assert.equal(await ask(before), 401);
  assert.equal(await ask(JSON.parse(must(['keys', made, '--json']))), 200);
  assert.equal(await server.stop(), 0);
});

test('a request that runs out of time is answered 500 with 57014, not left running', async (t) => {
  const made = pushed(t);
  const rows = Array.from({ length: 5000 }, (_, i) => JSON.stringify({ title: `post ${i}` })).join('\n');
  const file = path.join(made, 'posts.ndjson');
  writeFileSync(file, rows);
  must(['import', 'Post', file, '-C', made]);
  const slow = '/rest/v1/Post?select=title&title=ilike.*nothing*&order=title.desc';
  const patient = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const key = Object.values(JSON.parse(must(['keys', made, '--json']))).at(-1);
  const headers = { apikey: key };
  assert.equal((await json(patient.url + slow, { headers })).status, 200);
  assert.equal(await patient.stop(), 0);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--set', 'limits.request_timeout=0ms']);
  for (let i = 0; i < 3; ++i) {
    const late = await json(server.url + slow, { headers });
    assert.equal(late.status, 500, late.text);
    assert.equal(late.body.code, '57014');
  }
  assert.equal(await server.stop(), 0);
});

test('several listeners, a unix socket, and metrics that promtool accepts', async (t) => {
  const made = pushed(t);
  const socket = path.join(made, 'api.sock');
  const admin = path.join(made, 'admin.sock');
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--listen', `unix:${socket}`,
    '--admin-listen', `unix:${admin}`]);
  assert.equal((await json(`${server.url}/rest/v1/Post`)).status, 200);
  assert.equal((await getUnix(socket, '/rest/v1/Post')).text.trim(), '[]');
  assert.equal((await getUnix(admin, '/readyz')).status, 200);
  assert.equal((await fetch(`${server.url}/metrics`)).status, 404, 'metrics are for operators alone');
  const metrics = await getUnix(admin, '/metrics');
  assert.equal(metrics.status, 200);
  assert.match(metrics.text, /route="rest"/);
  const lint = spawnSync('promtool', ['check', 'metrics'], { input: metrics.text, encoding: 'utf8' });
  assert.equal(lint.status, 0, lint.error?.message ?? lint.stdout + lint.stderr);
  assert.equal(await server.stop(), 0);
});

test('keys can be required', async (t) => {
  const made = pushed(t);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--set', 'auth.require_key=true']);
  const none = await json(`${server.url}/rest/v1/Post`);
  assert.equal(none.status, 401);
  assert.equal(none.body.message, 'No API key found in request');
  const keys = JSON.parse(must(['keys', made, '--json']));
  for (const key of Object.values(keys)) {
    assert.equal((await json(`${server.url}/rest/v1/Post`, { headers: { apikey: key } })).status, 200);
  }
  const wrong = await json(`${server.url}/rest/v1/Post`, { headers: { Authorization: 'Bearer a.b.c' } });
  assert.equal(wrong.status, 401);
  assert.match(wrong.headers.get('www-authenticate'), /^Bearer error="invalid_token"/);
  assert.equal(await server.stop(), 0);
});

test('small and quick: printed, and held to the promise in release builds', async (t) => {
  const server = await serve(t, ['serve', pushed(t), '--listen', '127.0.0.1:0']);
  assert.equal((await json(`${server.url}/rest/v1/Post`)).status, 200);
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8');
  const rss = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
  t.diagnostic(`idle RSS ${rss.toFixed(1)} MiB, start to port file ${server.startedMs.toFixed(0)} ms`);
  assert.equal(await server.stop(), 0);
});
