// serve: what it refuses, where settings come from, signals, listeners, metrics, size.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { getUnix, json, must, project, run, serve } from './support.mjs';

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
