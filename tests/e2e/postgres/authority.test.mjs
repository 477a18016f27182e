// [rest] authority = "database": a real PostgreSQL decides by roles, grants and row security who gets what, on few connections that all
// share. Without Debian's packages the tests skip.
import { PostgrestClient } from '@supabase/postgrest-js';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, run, serve } from '../cli/support.mjs';
import { freePort, isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';
const bouncer = spawnSync('sh', ['-c', 'command -v pgbouncer'], { encoding: 'utf8' }).stdout.trim();
const secret = 'a secret of this test, which is long enough';

// No rule anywhere: to Trivet's own, all models are closed.
const schema = `datasource db {
  provider = "postgresql"
}
model Note {
  id    Int    @id
  owner String
  text  String
  @@map("notes")
}
model Hidden {
  id Int @id
  @@map("hidden")
}
view Seen {
  id     Int    @unique
  role   String
  sub    String
  method String
  mine   String
  cookie String
  apikey String
  @@map("seen")
}
`;

const prepare = `
CREATE ROLE web_anon NOLOGIN;
CREATE ROLE web_user NOLOGIN;
CREATE ROLE untaken NOLOGIN;
CREATE ROLE boss NOLOGIN BYPASSRLS;
CREATE ROLE gate LOGIN NOINHERIT;
CREATE ROLE strong LOGIN NOINHERIT BYPASSRLS;
GRANT web_anon, web_user, boss TO gate, strong;
CREATE FUNCTION sub() RETURNS text STABLE LANGUAGE sql AS $$SELECT current_setting('request.jwt.claims', true)::json->>'sub'$$;
CREATE TABLE notes (id int PRIMARY KEY, owner text NOT NULL, text text NOT NULL);
CREATE TABLE hidden (id int PRIMARY KEY);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO web_user USING (owner = sub()) WITH CHECK (owner = sub());
GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO web_user;
GRANT ALL ON notes, hidden TO boss;
CREATE VIEW seen AS SELECT 1 AS id, current_user::text AS role, coalesce(sub(), '') AS sub,
  current_setting('request.method', true) AS method,
  coalesce(current_setting('request.headers', true)::json->>'x-mine', '') AS mine,
  coalesce(current_setting('request.cookies', true)::json->>'tea', '') AS cookie,
  coalesce(current_setting('request.headers', true)::json->>'authorization', 'none') AS apikey;
GRANT SELECT ON seen TO web_anon, web_user, boss;
CREATE FUNCTION who() RETURNS text STABLE LANGUAGE sql AS $$SELECT current_user || ' ' || coalesce(sub(), '')$$;
CREATE FUNCTION only_users() RETURNS text STABLE LANGUAGE sql AS $$SELECT 'yes'::text$$;
REVOKE EXECUTE ON FUNCTION only_users() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION only_users() TO web_user;
CREATE FUNCTION my_notes() RETURNS SETOF notes STABLE LANGUAGE sql AS 'SELECT * FROM notes';
CREATE FUNCTION gatekeeper() RETURNS void LANGUAGE plpgsql AS $$BEGIN
  IF current_setting('request.headers', true)::json->>'x-banned' IS NOT NULL THEN
    RAISE SQLSTATE 'PT402' USING MESSAGE = 'pay first', DETAIL = 'a detail', HINT = 'a hint';
  END IF;
END$$;
INSERT INTO notes SELECT n, 'user' || n % 10, 'note ' || n FROM generate_series(1, 1000) n;
INSERT INTO hidden VALUES (1);
`;

const base64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
function token(claims) {
  const text = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ exp: 4102444800, ...claims })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}
const user = (number) => token({ role: 'web_user', sub: `user${number}` });

function project(t, url, rest = '', more = '') {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${url}"\n${more}[auth]\njwt_secret = "${secret}"\n` +
    `[rest]\nauthority = "database"\nanonymous_role = "web_anon"\nrollback = true\n${rest}`, { mode: 0o600 });
  return made;
}

async function prepared(t) {
  const database = await startServer(t);
  const made = database.sql(prepare);
  assert.equal(made.status, 0, made.stderr);
  return { database, as: (login) => database.url.replace('postgres@', `${login}@`) };
}

const words = (made) => ['serve', made, '--listen', '127.0.0.1:0'];

function clientOf(server) {
  const ask = async (place, { jwt, method = 'GET', headers = {}, body } = {}) => {
    const answer = await fetch(`${server.url}/rest/v1${place}`, { method,
      headers: { ...(jwt ? { Authorization: `Bearer ${jwt}` } : {}), 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: text === '' ? undefined : JSON.parse(text) };
  };
  const as = (jwt) => new PostgrestClient(`${server.url}/rest/v1`, { headers: jwt ? { Authorization: `Bearer ${jwt}` } : {} });
  return { ask, as };
}

// Callers of ten users, of nobody, of a role that isn't there and of one that may not be taken, all at once, reads and writes, with
// errors in between: nobody sees what is another's.
async function crowd(server, rounds) {
  const { ask, as } = clientOf(server);
  let seen = 0;
  const one = async (number) => {
    const own = `user${number % 10}`;
    const client = as(user(number % 10));
    switch (number % 6) {
      case 0: {
        const { data, count } = await client.from('notes').select('owner', { count: 'exact' }).limit(1000);
        assert.ok(data.length >= 100);
        assert.equal(count, data.length);
        assert.deepEqual([...new Set(data.map((row) => row.owner))], [own]);
        break;
      }
      case 1: {
        const { data } = await client.from('seen').select('role,sub,method').single();
        assert.deepEqual(data, { role: 'web_user', sub: own, method: 'GET' });
        break;
      }
      case 2: {
        const { data } = await as().from('seen').select('role,sub').single();
        assert.deepEqual(data, { role: 'web_anon', sub: '' });
        assert.equal((await as().from('notes').select()).error.code, '42501');
        break;
      }
      case 3: {
        const id = 10000 + number;
        const bad = await client.from('notes').insert({ id, owner: 'user99', text: 'x' });
        assert.equal(bad.error.code, '42501');
        const good = await client.from('notes').insert({ id, owner: own, text: 'mine' }).select();
        assert.deepEqual(good.data, [{ id, owner: own, text: 'mine' }]);
        const other = as(user((number + 1) % 10)).from('notes').update({ text: 'theirs' });
        assert.equal((await other.eq('id', id).select()).data.length, 0);
        assert.equal((await client.from('notes').update({ text: 'still mine' }).eq('id', id).select()).data.length, 1);
        break;
      }
      case 4: {
        const none = await ask('/seen', { jwt: token({ role: 'never_made' }) });
        assert.deepEqual([none.status, none.json.code], [401, '22023']);
        const untaken = await ask('/seen', { jwt: token({ role: 'untaken' }) });
        assert.deepEqual([untaken.status, untaken.json.code], [403, '42501']);
        break;
      }
      default: {
        assert.equal((await client.rpc('who')).data, `web_user ${own}`);
        // A plan made for one who may is not another's.
        assert.equal((await client.rpc('only_users')).data, 'yes');
        assert.equal((await as().rpc('only_users')).error.code, '42501');
        const mine = await client.rpc('my_notes').select('owner').limit(1000);
        assert.deepEqual([...new Set(mine.data.map((row) => row.owner))], [own]);
      }
    }
    ++seen;
  };
  let next = 0;
  const worker = async () => { while (next < rounds) await one(next++); };
  await Promise.all(Array.from({ length: 24 }, worker));
  assert.equal(seen, rounds);
}

test('the database decides', { skip }, async (t) => {
  const { as: login } = await prepared(t);
  const made = project(t, login('gate'), 'pre_request = "public.gatekeeper"\n');
  const server = await serve(t, [...words(made), '--set', 'database.connections=2']);
  const { ask, as } = clientOf(server);
  await server.saw('the database decides what callers may');

  await t.test('roles, grants and row security', async () => {
    assert.equal((await as(user(3)).from('notes').select()).data.length, 100);
    assert.equal((await as(token({ role: 'boss' })).from('notes').select('id')).data.length, 1000);
    const anonymous = await ask('/notes');
    assert.equal(anonymous.status, 401);
    assert.equal(anonymous.headers.get('www-authenticate'), 'Bearer');
    assert.deepEqual(anonymous.json, { code: '42501', details: null, hint: null, message: 'permission denied for table notes' });
    const denied = await ask('/hidden', { jwt: user(1) });
    assert.equal(denied.status, 403);
    assert.equal(denied.json.message, 'permission denied for table hidden');
    const refused = await ask('/notes', { jwt: user(1), method: 'POST', body: { id: 5000, owner: 'user2', text: 'x' } });
    assert.deepEqual([refused.status, refused.json.message], [403, 'new row violates row-level security policy for table "notes"']);
    // An answer that is empty whoever asks asks all the same.
    assert.equal((await ask('/hidden?id=in.()', { jwt: user(1) })).status, 403);
  });
  await t.test('what the database learns of a request', async () => {
    const latin = await ask('/seen', { jwt: user(4), headers: { 'X-Mine': 'Jos\xe9' } });
    assert.deepEqual([latin.status, latin.json[0].mine], [200, 'Jos\ufffd']);
    const seen = await ask('/seen', { jwt: user(4), headers: { 'X-Mine': 'a "b"', Cookie: 'tea=green; tea=black; x=1' } });
    assert.deepEqual(seen.json, [{ id: 1, role: 'web_user', sub: 'user4', method: 'GET', mine: 'a "b"', cookie: 'green',
      apikey: 'none' }]);
    // A token without a role is nobody's, and its other claims are there.
    const someone = await as(token({ sub: 'someone' })).from('seen').select('role,sub').single();
    assert.deepEqual(someone.data, { role: 'web_anon', sub: 'someone' });
    for (const role of ['none', 'postgres', 'gate; SET ROLE boss', ''])
      assert.ok((await ask('/seen', { jwt: token({ role }) })).status >= 400, role);
  });
  await t.test('functions are called by whom EXECUTE is granted', async () => {
    assert.equal((await as().rpc('who')).data, 'web_anon ');
    assert.equal((await as(user(2)).rpc('only_users')).data, 'yes');
    const denied = await ask('/rpc/only_users');
    assert.deepEqual([denied.status, denied.json.message], [401, 'permission denied for function only_users']);
    assert.equal((await ask('/rpc/never_made')).json.code, 'PGRST202');
  });
  await t.test('the function before requests refuses in its own words', async () => {
    const write = { method: 'POST', body: { id: 6000, owner: 'user1', text: 'x' } };
    for (const [place, options] of [['/notes', {}], ['/rpc/who', {}], ['/notes', write]]) {
      const refused = await ask(place, { jwt: user(1), ...options, headers: { 'X-Banned': 'yes' } });
      assert.equal(refused.status, 402);
      assert.deepEqual(refused.json, { code: 'PT402', details: 'a detail', hint: 'a hint', message: 'pay first' });
    }
    assert.equal((await as(user(1)).from('notes').select().eq('id', 6000)).data.length, 0);
  });
  await t.test('Prefer: tx=rollback leaves nothing', async () => {
    const done = await ask('/notes', { jwt: user(1), method: 'POST', headers: { Prefer: 'return=representation, tx=rollback' },
      body: { id: 7000, owner: 'user1', text: 'x' } });
    assert.equal(done.status, 201);
    assert.equal(done.headers.get('preference-applied'), 'return=representation, tx=rollback');
    assert.equal((await as(user(1)).from('notes').select().eq('id', 7000)).data.length, 0);
  });
  await t.test('no document shows what it does not know', async () => {
    const root = await ask('/');
    assert.deepEqual([root.status, root.json.code], [404, 'PGRST126']);
    for (const place of ['/openapi.json', '/docs']) assert.equal((await fetch(server.url + place)).status, 404);
  });
  await t.test('many at once', () => crowd(server, 1200));
  assert.equal(await server.stop(), 0);
});

test('the role of another claim, and of nobody', { skip }, async (t) => {
  const { as: login } = await prepared(t);
  const made = project(t, login('gate'), 'role_claim = ".app.roles[1]"\n');
  const server = await serve(t, words(made));
  const { as } = clientOf(server);
  const jwt = token({ role: 'boss', sub: 'user5', app: { roles: ['boss', 'web_user'] } });
  assert.deepEqual((await as(jwt).from('seen').select('role,sub').single()).data, { role: 'web_user', sub: 'user5' });
  assert.equal((await as(token({ role: 'boss' })).from('seen').select('role').single()).data.role, 'web_anon');
  assert.equal(await server.stop(), 0);
});

test('PgBouncer in between', { skip: skip || (bouncer === '' && 'there is no pgbouncer') }, async (t) => {
  const { database } = await prepared(t);
  const port = await freePort();
  const place = path.join(database.folder, 'bouncer');
  mkdirSync(place);
  writeFileSync(path.join(place, 'users.txt'), '"gate" ""\n');
  writeFileSync(path.join(place, 'bouncer.ini'), `[databases]\npostgres = host=127.0.0.1 port=${database.port}\n[pgbouncer]\n` +
    `listen_addr = 127.0.0.1\nlisten_port = ${port}\nauth_type = trust\nauth_file = ${place}/users.txt\nunix_socket_dir =\n` +
    'pool_mode = transaction\ndefault_pool_size = 3\n');
  copyFileSync(bouncer, path.join(place, 'pgbouncer'));
  const child = spawn(path.join(place, 'pgbouncer'), [path.join(place, 'bouncer.ini')], { stdio: 'ignore', ...database.user });
  t.after(() => child.kill('SIGKILL'));
  const made = project(t, `postgres://gate@127.0.0.1:${port}/postgres?pgbouncer=true`);
  const server = await serve(t, [...words(made), '--set', 'server.threads=2']);
  await crowd(server, 1200);
  assert.equal(await server.stop(), 0);
});

test('what can not be is refused at the start, by name', { skip }, async (t) => {
  const { as: login } = await prepared(t);
  const refused = (made, text, set = []) => {
    const done = run([...words(made), ...set.flatMap((one) => ['--set', one])]);
    assert.equal(done.status, 1, done.stdout + done.stderr);
    assert.match(done.stderr, text);
  };
  refused(project(t, login('postgres')), /user postgres is a superuser/);
  refused(project(t, login('strong')), /user strong is above row security/);
  const made = project(t, login('gate'));
  refused(made, /no role never_made/, ['rest.anonymous_role=never_made']);
  refused(made, /may not take the role untaken/, ['rest.anonymous_role=untaken']);
  refused(made, /role of requests without a token, boss is above row security/, ['rest.anonymous_role=boss']);
  refused(made, /rest\.anonymous_role is empty/, ['rest.anonymous_role=']);
  refused(made, /no function "never_made"\(\)/, ['rest.pre_request=never_made']);
  refused(made, /is no name of a function/, ['rest.pre_request=gatekeeper()']);
  refused(made, /is no path to a claim/, ['rest.role_claim=role']);
  refused(made, /rest\.functions has no meaning/, ['rest.functions=who']);
  refused(made, /rest\.pre_request holds only where/, ['rest.authority=rules', 'rest.pre_request=gatekeeper', 'rest.anonymous_role=anon']);
  const small = folder(t);
  writeFileSync(path.join(small, 'schema.zmodel'), 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n');
  must(['keys', small]);
  must(['db', 'push', small]);
  refused(small, /needs a database that decides itself/, ['rest.authority=database']);
});
