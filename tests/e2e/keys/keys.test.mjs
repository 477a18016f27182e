// Keys of the database: API keys with names, and signing keys that are turned over while the project is served.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { folder, json, must, post, run, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from '../postgres/server.mjs';

const schema = (provider) => `datasource db {
  provider = "${provider}"
}
type Caller {
  id   String
  role String
  @@auth
}
model Note {
  id   Int    @id
  text String
  @@allow('read', auth().role == 'reporter')
  @@allow('create', auth().role == 'writer')
}
`;

const quiet = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const headOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));

async function start(t, databaseUrl, auth = 'enabled = true\nautoconfirm = true\nrate_burst = 1000\n') {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema(databaseUrl ? 'postgresql' : 'sqlite'));
  const database = databaseUrl ? `[database]\nurl = "${databaseUrl}"\n` : '';
  writeFileSync(path.join(made, 'trivet.toml'), `${database}[auth]\n${auth}`, { mode: 0o600 });
  const secret = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const begin = () => serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const server = await begin();
  const keys = (word, ...more) => must(['keys', word, ...more, '-C', made]).trim();
  const refused = (word, ...more) => {
    const done = run(['keys', word, ...more, '-C', made]);
    assert.equal(done.status, 1, done.stdout);
    return done.stderr;
  };
  const notes = `${server.url}/rest/v1/Note`;
  const status = async (headers) => (await json(notes, { headers })).status;
  return { made, server, begin, secret, keys, refused, notes, status };
}

// A key that nobody has: whoever is asked with it looks at the database, if it didn't in the last second.
function strangeKey() {
  const text = `sb_secret_${randomBytes(16).toString('base64url')}`;
  return `${text}_${createHash('sha256').update(text).digest().subarray(0, 6).toString('base64url')}`;
}

// Asks until the answer is this one.
async function comes(wanted, ask, url) {
  let found = await ask();
  for (let tries = 0; found !== wanted && tries < 100; ++tries) {
    await delay(100);
    if (url) await json(`${url}/rest/v1/Note`, { headers: { apikey: strangeKey() } });
    found = await ask();
  }
  assert.equal(found, wanted);
}

async function apiKeys(t, databaseUrl) {
  const { made, server, secret, keys, refused, notes, status } = await start(t, databaseUrl);
  assert.equal((await json(notes, post({ id: 1, text: 'x' }, { apikey: secret.secret_key }))).status, 201);
  const reporter = keys('create', 'nightly', '--role', 'reporter', '--scope', 'rest:read', '--expires', '90d');
  assert.match(reporter, /^sb_secret_[\w-]{22}_[\w-]{8}$/);
  // At once, although the node has looked before.
  await comes(200, () => status({ apikey: reporter }));
  assert.deepEqual((await json(notes, { headers: { apikey: reporter } })).body, [{ id: 1, text: 'x' }]);
  const outside = await json(notes, post({ id: 2, text: 'y' }, { apikey: reporter }));
  assert.deepEqual([outside.status, outside.body.message, outside.body.details],
    [403, 'The API key is not for this', 'Its scopes are: rest:read']);
  assert.notEqual((await json(`${server.url}/auth/v1/admin/users`, { headers: { apikey: reporter } })).status, 200);
  assert.equal((await json(notes, { headers: { apikey: reporter, 'User-Agent': 'Mozilla/5.0 (X11)' } })).status, 401);
  assert.equal((await json(`${notes}?apikey=${reporter}`)).status, 200);

  // What supabase-js makes of it: the key in both headers.
  const writer = keys('create', 'writer', '--role', 'writer');
  const supabase = createClient(server.url, writer, quiet);
  await comes(201, async () => (await supabase.from('Note').insert({ id: 3, text: 'z' })).status);
  assert.equal((await supabase.from('Note').select()).error?.code ?? 'none', 'none');
  const operator = createClient(server.url, keys('create', 'operator'), quiet);
  await comes(null, async () => (await operator.auth.admin.listUsers()).error);
  const web = createClient(server.url, keys('create', 'web', '--publishable'), quiet);
  await comes(null, async () => (await web.auth.signUp({ email: `a${Math.random()}@example.com`, password: 'secret-1' })).error);

  assert.match(refused('create', 'writer'), /a key called writer already/);
  assert.match(refused('create', 'x', '--scope', 'storage'), /no scope "storage"/);
  assert.match(refused('create', 'x', '--publishable', '--role', 'editor'), /their role is anon/);
  assert.match(refused('create', 'x', '--expires', 'soon'), /90d/);
  const list = JSON.parse(keys('list', '--json'));
  assert.deepEqual(list.api_keys.map(({ name, role, kind }) => [name, role, kind]), [
    ['nightly', 'reporter', 'secret'], ['operator', 'service_role', 'secret'], ['web', 'anon', 'publishable'],
    ['writer', 'writer', 'secret']]);
  assert.match(keys('list'), /nightly +sb_secret_[\w-]{4}… +reporter +rest:read, until 20/);
  for (const text of [JSON.stringify(list), server.child.log]) assert.ok(!text.includes(reporter));
  if (!databaseUrl)
    for (const file of readdirSync(made).filter((name) => name.includes('.db')))
      assert.ok(!readFileSync(path.join(made, file), 'latin1').includes(reporter.slice(14)), file);

  keys('revoke', 'nightly');
  await comes(401, () => status({ apikey: reporter }), server.url);
  assert.match(refused('revoke', 'nightly'), /no key of this id/);
  assert.equal(await server.stop(), 0);
}

async function signing(t, databaseUrl) {
  const { made, server, begin, secret, keys, refused, notes } = await start(t, databaseUrl);
  const { auth } = createClient(server.url, secret.publishable_key, quiet);
  const enter = async () => {
    const { data, error } = await auth.signInWithPassword({ email: 'ann@example.com', password: 'secret-1' });
    assert.equal(error, null);
    return data.session.access_token;
  };
  const shown = async (url = server.url) => (await json(`${url}/auth/v1/.well-known/jwks.json`)).body.keys;
  const ask = async (token, url = server.url) =>
    (await json(`${url}/rest/v1/Note`, { headers: { Authorization: `Bearer ${token}` } })).status;
  const old = (await auth.signUp({ email: 'ann@example.com', password: 'secret-1' })).data.session.access_token;
  const first = headOf(old).kid;
  assert.equal(await ask(old), 200);

  // The next key is shown long before it signs.
  keys('rotate');
  await comes(2, async () => (await shown()).length, server.url);
  assert.equal(headOf(await enter()).kid, first);
  const states = () => JSON.parse(keys('list', '--json')).signing_keys.map(({ state, alg }) => `${state} ${alg}`);
  assert.deepEqual(states(), ['current ES256', 'standby ES256']);
  assert.match(refused('rotate'), /on standby already/);
  assert.match(refused('revoke', first), /it signs now: rotate first/);

  // One that signs at once: when all nodes know it. getClaims of the client knows RS256, not EdDSA.
  const other = databaseUrl ? await begin() : server;
  assert.equal(await ask(old, other.url), 200);
  const alg = databaseUrl ? 'EdDSA' : 'RS256';
  keys('rotate', '--now', '--algorithm', alg);
  await comes(alg, async () => headOf(await enter()).alg, server.url);
  const token = await enter();
  assert.equal(await ask(token, other.url), 200);
  assert.equal(await ask(old), 200);
  assert.equal((await auth.getUser(token)).error, null);
  const pair = await shown();
  assert.ok(pair.some(({ kid }) => kid === headOf(token).kid) && pair.every((key) => key.d === undefined));
  if (alg === 'RS256') assert.equal((await auth.getClaims(token)).data?.claims.sub, claimsOf(token).sub);

  keys('revoke', first);
  await comes(401, () => ask(old), server.url);
  await comes(401, () => ask(old, other.url), other.url);
  assert.equal(await ask(token), 200);
  if (!databaseUrl) {
    const { DatabaseSync } = await import('node:sqlite');
    const file = readdirSync(made).find((name) => name.endsWith('.db'));
    const db = new DatabaseSync(path.join(made, file), { readOnly: true });
    const { record } = db.prepare('SELECT record FROM _trivet_auth_key_records').get();
    db.close();
    assert.match(record, /"private":"/);
    assert.ok(!/"d"|"kty"/.test(record));
  }
  assert.ok(!server.child.log.includes('keys_unavailable'), server.child.log);
  assert.equal((await json(notes, { headers: { apikey: secret.secret_key } })).status, 200);
}

const journeys = { apiKeys, signing };

test('keys on SQLite', async (t) => {
  for (const [name, journey] of Object.entries(journeys)) await t.test(name, (inner) => journey(inner));
});

test('keys on PostgreSQL', { skip: isInstalled ? false : 'the package postgresql-15 is not installed' }, async (t) => {
  const database = await startServer(t);
  for (const [name, journey] of Object.entries(journeys)) {
    database.sql(`CREATE DATABASE ${name.toLowerCase()}`);
    await t.test(name, (inner) => journey(inner, database.url.replace(/postgres$/, name.toLowerCase())));
  }
});

test('keys of a database that nobody looks at are not made', async (t) => {
  const { refused } = await start(t, '', 'enabled = false\n');
  assert.match(refused('create', 'x'), /auth\.enabled is off/);
  assert.match(refused('rotate'), /auth\.enabled is off/);
});
