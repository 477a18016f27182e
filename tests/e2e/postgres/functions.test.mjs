// Functions of a PostgreSQL database at /rest/v1/rpc/…: opened by name, called by supabase-js and by hand. Without Debian's
// package the tests skip.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, run, serve } from '../cli/support.mjs';
import { assertLints } from '../openapi/lint.mjs';
import { isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';

const schema = `datasource db {
  provider = "postgresql"
}
model Note {
  id   Int    @id
  text String
  @@allow('read', true)
  @@map("notes")
}
`;

const functions = `
CREATE FUNCTION add_them(a int, b int DEFAULT 10) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT a + b';
CREATE FUNCTION same(a int) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'int'$$;
CREATE FUNCTION same(a text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'text'$$;
CREATE FUNCTION area(side int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT side * side';
CREATE FUNCTION area(width int, height int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT width * height';
CREATE FUNCTION total(VARIADIC numbers int[]) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT sum(n) FROM unnest(numbers) n';
CREATE FUNCTION given(json) RETURNS json IMMUTABLE LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION given_text(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper($1)';
CREATE FUNCTION given_bytes(bytea) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT length($1)';
CREATE FUNCTION keep(id int, text text) RETURNS void LANGUAGE sql AS 'INSERT INTO notes VALUES (id, text)';
CREATE FUNCTION secret_notes() RETURNS SETOF notes STABLE LANGUAGE sql AS 'SELECT * FROM notes';
CREATE FUNCTION notes_like(part text) RETURNS SETOF notes STABLE LANGUAGE sql AS 'SELECT * FROM notes WHERE notes.text ~ part';
CREATE FUNCTION changed() RETURNS SETOF notes LANGUAGE sql AS $$UPDATE notes SET text = text || '!' RETURNING *$$;
CREATE FUNCTION kinds() RETURNS TABLE (name text, span int4range, tags text[], data jsonb) STABLE LANGUAGE sql AS
  $$VALUES ('a', int4range(1, 5), ARRAY['x', 'y'], '{"n": 1}'::jsonb), ('b', int4range(7, 9), ARRAY[]::text[], '{"n": 20}'),
           (NULL, NULL, NULL, NULL)$$;
CREATE FUNCTION pair(OUT first int, OUT second text) STABLE LANGUAGE sql AS $$SELECT 1, 'two'$$;
CREATE FUNCTION names() RETURNS SETOF text STABLE LANGUAGE sql AS $$VALUES ('x'), ('y')$$;
CREATE FUNCTION caller() RETURNS json STABLE LANGUAGE sql AS
  $$SELECT json_build_object('role', current_setting('request.jwt.claims')::json->>'role', 'method', current_setting('request.method'),
           'path', current_setting('request.path'), 'mine', current_setting('request.headers')::json->>'x-mine',
           'hidden', current_setting('request.headers')::json->>'apikey')$$;
CREATE FUNCTION refuse(state text) RETURNS void LANGUAGE plpgsql AS
  $$BEGIN RAISE EXCEPTION 'not today' USING ERRCODE = state, DETAIL = 'a detail', HINT = 'a hint'; END$$;
CREATE FUNCTION own_error() RETURNS void LANGUAGE plpgsql AS
  $$BEGIN RAISE SQLSTATE 'PGRST' USING MESSAGE = '{"code":"X1","message":"own","details":"d","hint":"h"}',
          DETAIL = '{"status":418,"headers":{"X-Tea":"green"}}'; END$$;
CREATE FUNCTION teapot() RETURNS text LANGUAGE sql AS
  $$SELECT set_config('response.status', '418', true), set_config('response.headers', '[{"X-Tea": "black"}]', true); SELECT 'tea'::text$$;
CREATE FUNCTION moment() RETURNS timestamptz STABLE LANGUAGE sql AS $$SELECT '2024-01-31 12:00:00+00'::timestamptz$$;
CREATE FUNCTION nobody_opened() RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1';
INSERT INTO notes VALUES (1, 'one'), (2, 'two'), (3, 'three');
`;
const open = ['add_them', 'same', 'area', 'total', 'given', 'given_text', 'given_bytes', 'keep', 'secret_notes: service_role',
  'notes_like', 'changed', 'kinds', 'pair', 'names', 'caller', 'refuse', 'own_error', 'teapot', 'moment', 'not_there'];

async function start(t) {
  const database = await startServer(t);
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  writeFileSync(path.join(made, 'trivet.toml'),
    `[database]\nurl = "${database.url}"\n[rest]\nrollback = true\nfunctions = ${JSON.stringify(open)}\n`, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const prepared = database.sql(functions);
  assert.equal(prepared.status, 0, prepared.stderr);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const call = async (name, { method = 'POST', query = '', body, headers = {}, key } = {}) => {
    const answer = await fetch(`${server.url}/rest/v1/rpc/${name}${query}`, { method,
      headers: { ...(key ? { apikey: key } : {}), 'Content-Type': 'application/json', ...headers },
      body: body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, text, headers: answer.headers, range: answer.headers.get('content-range'),
      json: /json/.test(answer.headers.get('content-type') ?? '') && text ? JSON.parse(text) : undefined };
  };
  return { database, keys, server, call };
}

test('functions of the database', { skip }, async (t) => {
  const { database, keys, server, call } = await start(t);
  const admin = createClient(server.url, keys.secret_key);
  const anon = createClient(server.url, keys.publishable_key);

  await t.test('arguments by name, defaults, scalars', async () => {
    assert.deepEqual((await anon.rpc('add_them', { a: 1, b: 2 })).data, 3);
    assert.deepEqual((await anon.rpc('add_them', { a: 1 })).data, 11);
    assert.deepEqual((await anon.rpc('add_them', { a: 4, b: 5 }, { get: true })).data, 9);
    assert.equal((await anon.rpc('add_them', { a: 4 }, { head: true })).status, 200);
    assert.deepEqual((await anon.rpc('area', { side: 3 })).data, 9);
    assert.deepEqual((await anon.rpc('area', { width: 3, height: 4 })).data, 12);
    assert.deepEqual((await call('total', { body: { numbers: [1, 2, 3] } })).json, 6);
    assert.deepEqual((await call('total', { method: 'GET', query: '?numbers=1&numbers=41' })).json, 42);
    const moment = await call('moment', { method: 'GET', headers: { Prefer: 'timezone=Asia/Kolkata' } });
    assert.equal(moment.json, '2024-01-31T17:30:00+05:30');
    assert.equal(moment.headers.get('preference-applied'), 'timezone=Asia/Kolkata');
    assert.equal(moment.range, '0-0/*');
  });
  await t.test('which function is meant', async () => {
    const several = await call('same', { body: { a: 1 } });
    assert.equal(several.status, 300);
    assert.equal(several.json.code, 'PGRST203');
    assert.equal(several.json.message, 'Could not choose the best candidate function between: ' +
      'public.same(a => integer), public.same(a => text)');
    const none = await call('add_them', { body: { a: 1, c: 2 } });
    assert.equal(none.status, 404);
    assert.deepEqual(none.json, { code: 'PGRST202',
      details: 'Searched for the function public.add_them with parameters a, c or with a single unnamed json/jsonb parameter, ' +
        'but no matches were found in the schema cache.',
      hint: 'Perhaps you meant to call the function public.add_them(a, b)',
      message: 'Could not find the function public.add_them(a, c) in the schema cache' });
    for (const name of ['nobody_opened', 'never_made', 'secret_notes']) {
      const closed = await call(name, { body: {} });
      assert.equal(closed.status, 404);
      assert.equal(closed.json.hint, null);
      assert.equal(closed.json.message, `Could not find the function public.${name} without parameters in the schema cache`);
    }
    assert.equal((await admin.rpc('secret_notes')).data.length, 3);
    assert.equal((await call('add_them', { method: 'PUT', body: {} })).json.code, 'PGRST101');
    const allow = async (name, query) => (await call(name, { method: 'OPTIONS', query })).headers.get('allow');
    assert.equal(await allow('add_them', '?a=1'), 'OPTIONS,GET,HEAD,POST');
    assert.equal(await allow('changed', ''), 'OPTIONS,POST');
    assert.match(server.child.log, /rest\.functions opens not_there/);
  });
  await t.test('one unnamed argument takes the body', async () => {
    assert.deepEqual((await call('given', { body: [1, { x: 2 }] })).json, [1, { x: 2 }]);
    const text = await call('given_text', { body: 'abc', headers: { 'Content-Type': 'text/plain' } });
    assert.equal(text.json, 'ABC');
    const bytes = await call('given_bytes', { body: new Uint8Array([0, 1, 255]),
      headers: { 'Content-Type': 'application/octet-stream' } });
    assert.equal(bytes.json, 3);
    const wrong = await call('given', { body: '{', });
    assert.equal(wrong.json.code, 'PGRST102');
    assert.equal((await call('given', { body: 'a', headers: { 'Content-Type': 'image/png' } })).json.code, 'PGRST102');
  });
  await t.test('sets: filters, order, pages, counts', async () => {
    const some = await anon.rpc('notes_like', { part: 't' }).select('id,name:text').order('id', { ascending: false });
    assert.deepEqual(some.data, [{ id: 3, name: 'three' }, { id: 2, name: 'two' }], JSON.stringify(some.error));
    const counted = await anon.rpc('notes_like', { part: '.' }, { count: 'exact', get: true }).gt('id', 1).limit(1);
    assert.equal(counted.count, 2, JSON.stringify(counted.error));
    assert.equal(counted.status, 206);
    const spans = await call('kinds', { method: 'GET', query: '?select=name&span=cs.3' });
    assert.equal(spans.status, 400, 'a range is asked for one');
    const read = async (query) => (await call('kinds', { method: 'GET', query: `?select=name&${query}` })).json;
    assert.deepEqual(await read('span=cs.%5B2,4)'), [{ name: 'a' }]);
    assert.deepEqual(await read('tags=ov.%7Bx,z%7D'), [{ name: 'a' }]);
    assert.deepEqual(await read('data->n=gt.5'), [{ name: 'b' }]);
    assert.deepEqual(await read('data->>n=in.(1,"x,y")'), [{ name: 'a' }]);
    assert.deepEqual(await read('or=(name.eq.b,span.sl.%22[6,7)%22)&order=name.desc.nullslast'), [{ name: 'b' }, { name: 'a' }]);
    assert.deepEqual(await read('name=is.null'), [{ name: null }]);
    assert.deepEqual(await read('name=not.like.a*'), [{ name: 'b' }]);
    assert.deepEqual(await read("name=eq.x'); DROP TABLE notes; --"), []);
    assert.deepEqual(await read('order=name&limit=1&offset=1'), [{ name: 'b' }]);
    assert.deepEqual((await call('kinds', { method: 'GET', query: '?order=name&limit=1' })).json,
      [{ name: 'a', span: '[1,5)', tags: ['x', 'y'], data: { n: 1 } }]);
    assert.equal((await call('kinds', { method: 'GET', query: '?nix=eq.1' })).json.code, '42703');
    const wrong = await call('notes_like', { method: 'GET', query: '?part=.&id=like.1' });
    assert.equal(wrong.status, 404);
    assert.equal(wrong.json.code, '42883');
    assert.equal((await call('kinds', { method: 'GET', query: '?select=name,other(id)' })).json.code, 'PGRST200');
    assert.equal((await call('kinds', { method: 'GET', query: '?offset=9', headers: { Prefer: 'count=exact' } })).status, 416);
    const csv = await call('kinds', { method: 'GET', query: '?select=name,tags&order=name&limit=2', headers: { Accept: 'text/csv' } });
    assert.equal(csv.text, 'name,tags\na,"{x,y}"\nb,{}');
    const stripped = await call('kinds', { method: 'GET', query: '?name=is.null',
      headers: { Accept: 'application/vnd.pgrst.object+json;nulls=stripped' } });
    assert.deepEqual(stripped.json, {});
    assert.equal((await anon.rpc('kinds').single()).error.code, 'PGRST116');
    assert.deepEqual((await anon.rpc('names')).data, ['x', 'y']);
    assert.deepEqual((await anon.rpc('pair')).data, { first: 1, second: 'two' });
  });
  await t.test('transactions', async () => {
    const kept = await call('keep', { body: { id: 4, text: 'four' } });
    assert.deepEqual([kept.status, kept.text, kept.headers.get('content-type')], [204, '', null]);
    const undone = await call('keep', { body: { id: 5, text: 'five' }, headers: { Prefer: 'tx=rollback' } });
    assert.equal(undone.status, 204);
    assert.equal((await call('keep', { body: { id: 4, text: 'again' } })).status, 409);
    const count = () => database.sql('SELECT count(*) FROM notes').stdout.trim();
    assert.equal(count(), '4');
    const most = { Prefer: 'handling=strict, max-affected=2' };
    assert.equal((await call('changed', { body: {}, headers: most })).json.code, 'PGRST124');
    assert.equal((await call('keep', { body: { id: 9, text: '' }, headers: most })).json.code, 'PGRST128');
    const byGet = await call('changed', { method: 'GET' });
    assert.equal(byGet.status, 405);
    assert.equal(byGet.json.code, '25006');
    assert.equal((await call('changed', { body: {}, headers: { Accept: 'application/vnd.pgrst.object+json' } })).status, 406);
    assert.equal(database.sql("SELECT count(*) FROM notes WHERE text ~ '!'").stdout.trim(), '0');
    assert.equal((await call('changed', { body: {}, query: '?id=eq.1' })).json[0].text, 'one!');
  });
  await t.test('who calls, and what a function answers of its own', async () => {
    const mine = await call('caller', { method: 'GET', headers: { 'X-Mine': 'yes' }, key: keys.publishable_key });
    assert.deepEqual(mine.json, { role: 'anon', method: 'GET', path: '/rpc/caller', mine: 'yes', hidden: null });
    assert.equal((await admin.rpc('caller')).data.role, 'service_role');
    const raised = await call('refuse', { body: { state: 'P0001' } });
    assert.deepEqual([raised.status, raised.json],
      [400, { code: 'P0001', details: 'a detail', hint: 'a hint', message: 'not today' }]);
    assert.equal((await call('refuse', { body: { state: 'PT402' } })).status, 402);
    assert.equal((await call('refuse', { body: { state: '42501' } })).status, 401);
    const hidden = await call('refuse', { body: { state: 'XX000' } });
    assert.equal(hidden.status, 500);
    assert.doesNotMatch(hidden.text, /not today/);
    const own = await call('own_error', { body: {} });
    assert.deepEqual([own.status, own.headers.get('x-tea'), own.json],
      [418, 'green', { code: 'X1', details: 'd', hint: 'h', message: 'own' }]);
    const tea = await call('teapot', { body: {} });
    assert.deepEqual([tea.status, tea.headers.get('x-tea'), tea.json], [418, 'black', 'tea']);
  });
  const described = async (key) =>
    (await fetch(`${server.url}/openapi.json`, { headers: key ? { apikey: key } : {} })).json();
  await t.test('/openapi.json describes those that the caller may call', async (t2) => {
    const { paths } = await described();
    assert.deepEqual(Object.keys(paths['/rest/v1/rpc/add_them']), ['get', 'post']);
    assert.deepEqual(paths['/rest/v1/rpc/add_them'].post.requestBody.content['application/json'].schema, {
      type: 'object', properties: { a: { type: 'integer', format: 'int32' }, b: { type: 'integer', format: 'int32' } }, required: ['a'],
    });
    assert.equal(paths['/rest/v1/rpc/same'].post.requestBody.content['application/json'].schema.anyOf.length, 2);
    assert.deepEqual(Object.keys(paths['/rest/v1/rpc/changed']), ['post']);
    assert.deepEqual(paths['/rest/v1/rpc/notes_like'].get.responses['200'].content['application/json'].schema, {
      type: 'array',
      items: { type: 'object', properties: { id: { type: 'integer', format: 'int32' }, text: { type: 'string' } } },
    });
    assert.deepEqual(Object.keys(paths['/rest/v1/rpc/keep'].post.responses), ['204', '4XX']);
    for (const name of ['secret_notes', 'nobody_opened', 'not_there']) assert.equal(paths[`/rest/v1/rpc/${name}`], undefined, name);
    const whole = await described(keys.secret_key);
    assert.ok(whole.paths['/rest/v1/rpc/secret_notes']);
    const file = path.join(folder(t2), 'openapi.json');
    writeFileSync(file, JSON.stringify(whole));
    assertLints(file);
  });
  await t.test('a reload finds what was made since', async () => {
    assert.equal((await call('not_there', { body: {} })).status, 404);
    assert.equal(database.sql('CREATE FUNCTION not_there() RETURNS int LANGUAGE sql AS $$SELECT 7$$').status, 0);
    server.child.kill('SIGHUP');
    await server.saw('schema reloaded');
    assert.equal((await call('not_there', { body: {} })).json, 7);
    assert.ok((await described()).paths['/rest/v1/rpc/not_there']);
  });
  assert.equal(await server.stop(), 0);
});

test('functions are refused where there are none, or by a wrong setting', { skip }, async (t) => {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema.replace('postgresql', 'sqlite'));
  writeFileSync(path.join(made, 'trivet.toml'), '[rest]\nfunctions = ["f"]\n');
  must(['keys', made, '--json']);
  must(['db', 'push', made]);
  const refused = run(['serve', made, '--listen', '127.0.0.1:0']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /rest\.functions: this kind of database has no functions/);
  writeFileSync(path.join(made, 'trivet.toml'), '[rest]\nfunctions = ["f: everybody"]\n');
  assert.match(run(['serve', made, '--listen', '127.0.0.1:0']).stderr, /there is no role everybody/);
});
