// Several schemas of one database: made, moved on, pulled and served, chosen by profile. Without Debian's package the tests skip.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { watch } from '../changes/events.mjs';
import { folder, must, run, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';
const secret = 'a secret of this test, which is long enough';

// Two tables, two enums, an index and a join table of one name; a word of SQL as a name; keys across.
const schema = `datasource db {
  provider = "postgresql"
  schemas  = ["api", "other", "hidden"]
}
enum Mood { GOOD BAD @@map("mood") @@schema("api") }
enum OtherMood { LOUD CALM @@map("mood") @@schema("other") }
model Item {
  id      Int     @id @default(autoincrement())
  name    String
  mood    Mood    @default(GOOD)
  moods   OtherMood[]
  ownerId Int?    @map("owner_id")
  owner   Owner?  @relation(fields: [ownerId], references: [id])
  logs    Log[]
  tags    Tag[]
  parts   Part[]
  @@index([name], map: "by_name")
  @@allow('all', true)
  @@map("items")
  @@schema("api")
}
model Tag {
  id    Int    @id
  items Item[]
  @@allow('all', true)
  @@map("tags")
  @@schema("api")
}
model Part {
  id     Int   @id
  itemId Int   @map("item_id")
  item   Item  @relation(fields: [itemId], references: [id])
  @@allow('all', true)
  @@map("order")
  @@schema("api")
}
model OtherItem {
  id    Int       @id
  title String    @unique
  mood  OtherMood @default(CALM)
  @@index([title], map: "by_name")
  @@allow('all', true)
  @@realtime
  @@map("items")
  @@schema("other")
}
model Owner {
  id    Int    @id
  name  String
  items Item[]
  @@allow('all', true)
  @@map("owners")
  @@schema("other")
}
model Log {
  id     Int  @id
  itemId Int  @map("item_id")
  item   Item @relation(fields: [itemId], references: [id])
  @@allow('all', true)
  @@map("logs")
  @@schema("hidden")
}
`;

const prepared = `
CREATE FUNCTION api.label(api.items) RETURNS text STABLE LANGUAGE sql AS $$SELECT 'api ' || $1.name$$;
CREATE FUNCTION other.label(other.items) RETURNS text STABLE LANGUAGE sql AS $$SELECT 'other ' || $1.title$$;
CREATE FUNCTION api.where_am_i() RETURNS text STABLE LANGUAGE sql AS $$SELECT 'api: ' || current_schema()$$;
CREATE FUNCTION other.where_am_i() RETURNS text STABLE LANGUAGE sql AS $$SELECT 'other: ' || current_schema()$$;
CREATE FUNCTION other.only_here() RETURNS SETOF other.items STABLE LANGUAGE plpgsql AS
  'BEGIN RETURN QUERY SELECT * FROM items ORDER BY id; END';
CREATE FUNCTION hidden.inside() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1';
`;

const settings = `[rest]
schemas = ["api", "other"]
functions = ["label", "other.label", "where_am_i", "other.where_am_i", "other.only_here"]
`;

function projectOn(t, url, { rest = settings, text = schema } = {}) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), text);
  writeFileSync(path.join(made, 'trivet.toml'),
    `[database]\nurl = "${url}"\n[auth]\njwt_secret = "${secret}"\n${rest}`, { mode: 0o600 });
  return made;
}

test('schemas are made, compared and served by profile', { skip }, async (t) => {
  const database = await startServer(t);
  const made = projectOn(t, database.url);
  const keys = JSON.parse(must(['keys', made, '--json']));

  await t.test('a push makes them, and a second one has nothing to do', () => {
    assert.match(must(['db', 'push', made]), /create schema "other"/);
    assert.doesNotMatch(must(['db', 'push', made, '--dry-run']), /create|change|drop|add/);
    const places = database.sql(`SELECT string_agg(n.nspname || '.' || relname, ' ' ORDER BY 1) FROM pg_class c
      JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' AND n.nspname IN ('api', 'other', 'hidden', 'public')`);
    const tables = places.stdout.match(/\w+\.\w+/g).sort();
    assert.deepEqual(tables, ['api._ItemToTag', 'api.items', 'api.order', 'api.tags', 'hidden.logs', 'other.items', 'other.owners']);
  });
  await t.test('what differs in one of them is changed there alone', () => {
    const more = schema.replace('title String    @unique', 'title String    @unique\n  note String?').replace('LOUD CALM', 'LOUD CALM MEAN')
      .replace('@@index([title], map: "by_name")', '');
    const other = projectOn(t, database.url, { text: more });
    const plan = must(['db', 'push', other, '--dry-run']);
    assert.match(plan, /"other"\."items"/);
    assert.doesNotMatch(plan, /"api"/);
    must(['db', 'push', other]);
    must(['db', 'push', made, '--accept-data-loss']);
    assert.doesNotMatch(must(['db', 'push', made, '--dry-run']), /create|change|drop|add/);
  });
  assert.equal(database.sql(prepared).status, 0);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const client = createClient(server.url, keys.publishable_key, { db: { schema: 'api' } });
  const other = client.schema('other');
  const ask = async (place, headers = {}, options = {}) => {
    const answer = await fetch(`${server.url}/rest/v1${place}`, { ...options, headers: { apikey: keys.publishable_key,
      'Content-Type': 'application/json', ...headers } });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: text ? JSON.parse(text) : undefined };
  };
  const good = (answer) => {
    assert.equal(answer.error, null, JSON.stringify(answer.error));
    return answer.data;
  };

  await t.test('rows of two tables of one name', async () => {
    good(await other.from('owners').insert({ id: 1, name: 'Ann' }));
    assert.deepEqual(good(await client.from('items').insert({ name: 'pen', moods: ['LOUD'], owner_id: 1 }).select()),
      [{ id: 1, name: 'pen', mood: 'GOOD', moods: ['LOUD'], owner_id: 1 }]);
    good(await client.from('tags').insert({ id: 7 }));
    good(await other.from('items').insert([{ id: 5, title: 'hat', mood: 'CALM' }, { id: 6, title: 'cap', mood: 'LOUD' }]));
    good(await other.from('items').upsert({ id: 6, title: 'cup' }));
    assert.deepEqual(good(await other.from('items').select('id,title,mood').eq('mood', 'LOUD')), [{ id: 6, title: 'cup', mood: 'LOUD' }]);
    good(await other.from('items').update({ mood: 'CALM' }).eq('id', 6));
    assert.deepEqual(good(await other.from('items').delete().eq('id', 6).select('id,mood')), [{ id: 6, mood: 'CALM' }]);
    assert.deepEqual(good(await client.from('items').select('id').in('mood', ['GOOD'])), [{ id: 1 }]);
    const linked = await ask('/items', { 'Content-Profile': 'api', Prefer: 'return=representation' },
      { method: 'POST', body: '{"name":"ink","tags":[{"id":7}]}' });
    assert.equal(linked.status, 201, JSON.stringify(linked.json));
    good(await client.from('order').insert({ id: 3, item_id: 2 }));
    assert.deepEqual(good(await client.from('items').select('name,tags(id),order(id)').eq('name', 'ink')),
      [{ name: 'ink', tags: [{ id: 7 }], order: [{ id: 3 }] }]);
  });
  await t.test('the profile is told, and an unknown one refused', async () => {
    const first = await ask('/items?select=id');
    assert.equal(first.headers.get('content-profile'), 'api');
    assert.equal((await ask('/items?select=id', { 'Accept-Profile': 'other' })).headers.get('content-profile'), 'other');
    for (const name of ['hidden', 'public', 'nowhere']) {
      const refused = await ask('/items', { 'Accept-Profile': name });
      assert.equal(refused.status, 406);
      assert.deepEqual(refused.json, { code: 'PGRST106', details: null, message: `Invalid schema: ${name}`,
        hint: 'Only the following schemas are exposed: api, other' });
    }
    assert.equal((await ask('/items', { 'Content-Profile': 'hidden' }, { method: 'POST', body: '{}' })).status, 406);
    // Of a read the one of writes says nothing, and the other way round.
    assert.equal((await ask('/tags', { 'Content-Profile': 'hidden' })).status, 200);
  });
  await t.test('what is in another schema is not there, by name or embedded', async () => {
    const none = await ask('/owners');
    assert.equal(none.status, 404);
    assert.equal(none.json.message, "Could not find the table 'api.owners' in the schema cache");
    assert.equal((await ask('/logs')).json.code, 'PGRST205');
    const across = await ask('/items?select=id,owners(name)');
    assert.equal(across.status, 400);
    assert.equal(across.json.details,
      "Searched for a foreign key relationship between 'items' and 'owners' in the schema 'api', but no matches were found.");
    assert.equal((await ask('/items?select=id,logs(id)')).json.code, 'PGRST200');
    assert.equal((await ask('/items?select=id,owner(id)')).json.code, 'PGRST200');
    const written = await ask('/items', { 'Content-Profile': 'api' }, { method: 'POST', body: '{"name":"x","logs":[{"id":1}]}' });
    assert.equal(written.status, 400, JSON.stringify(written.json));
  });
  await t.test('functions and computed fields of each', async () => {
    assert.equal(good(await client.rpc('where_am_i')), 'api: api');
    assert.equal(good(await other.rpc('where_am_i')), 'other: other');
    assert.deepEqual(good(await client.from('items').select('label').eq('id', 1)), [{ label: 'api pen' }]);
    assert.deepEqual(good(await other.from('items').select('label')), [{ label: 'other hat' }]);
    assert.deepEqual(good(await other.rpc('only_here').select('id')), [{ id: 5 }]);
    const elsewhere = await client.rpc('only_here');
    assert.equal(elsewhere.error.code, 'PGRST202');
    assert.match(elsewhere.error.message, /api\.only_here/);
    assert.equal((await other.rpc('inside')).error.code, 'PGRST202');
  });
  await t.test('changes of a table are told of that one', async () => {
    const events = await watch(t, `${server.url}/rest/v1/items?select=id`, { apikey: keys.publishable_key, 'Accept-Profile': 'other' });
    good(await client.from('items').insert({ id: 50, name: 'not this' }));
    good(await other.from('items').insert({ id: 51, title: 'this' }));
    assert.deepEqual(await events.take(1), ['insert 51']);
    events.stop();
  });
  await t.test('documents describe one schema', async () => {
    const paths = async (place, headers) => Object.keys((await ask(place, headers)).json.paths).sort();
    assert.deepEqual(await paths('/', { 'Accept-Profile': 'other' }), ['/', '/items', '/owners']);
    assert.deepEqual(await paths('/'), ['/', '/items', '/order', '/tags']);
    const openapi = async (headers) => (await (await fetch(`${server.url}/openapi.json`, { headers })).json()).paths;
    assert.ok((await openapi({ 'Accept-Profile': 'other' }))['/rest/v1/owners']);
    assert.ok((await openapi({ 'Accept-Profile': 'other' }))['/rest/v1/rpc/only_here']);
    assert.equal((await openapi({}))['/rest/v1/owners'], undefined);
    assert.equal((await openapi({}))['/rest/v1/rpc/only_here'], undefined);
  });
});

test('a pull reads several schemas', { skip }, async (t) => {
  const database = await startServer(t);
  must(['db', 'push', projectOn(t, database.url)]);
  const made = folder(t);
  must(['db', 'pull', database.url, '--schema', 'api,other,hidden', '-C', made]);
  const text = readFileSync(path.join(made, 'schema.zmodel'), 'utf8');
  assert.match(text, /schemas\s+= \["api", "other", "hidden"\]/);
  assert.match(text, /model api_items \{[^}]*@@map\("items"\)\s+@@schema\("api"\)/);
  assert.match(text, /model other_items \{[^}]*@@map\("items"\)\s+@@schema\("other"\)/);
  assert.match(text, /enum other_mood \{[^}]*@@map\("mood"\)\s+@@schema\("other"\)/);
  assert.match(text, /owners\s+owners\?\s+@relation\(fields: \[owner_id\], references: \[id\]/);
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${database.url}"\n`, { mode: 0o600 });
  assert.doesNotMatch(must(['db', 'push', made, '--dry-run']), /create|change|drop|add/);
  assert.match(must(['db', 'pull', '-C', made]), /the schema is what the database is/);
  database.sql('CREATE TABLE other.news (id int PRIMARY KEY, item int REFERENCES api.items)');
  assert.match(must(['db', 'pull', '-C', made]), /\+ news/);
  assert.match(readFileSync(path.join(made, 'schema.zmodel'), 'utf8'), /model news \{[^}]*@@schema\("other"\)/);
  const refused = run(['db', 'pull', '-C', made, '--schema', 'public']);
  assert.match(refused.stderr, /the schema "public" is none of the present datasource's/);
});

test('migrations of several schemas', { skip }, async (t) => {
  const database = await startServer(t);
  const made = projectOn(t, database.url);
  must(['migrate', 'dev', made, '--name', 'start']);
  const scripts = () => readdirSync(path.join(made, 'migrations')).filter((name) => /^\d/.test(name)).sort()
    .map((name) => readFileSync(path.join(made, 'migrations', name, 'migration.sql'), 'utf8'));
  assert.match(scripts()[0], /CREATE SCHEMA IF NOT EXISTS "other"/);
  assert.match(scripts()[0], /REFERENCES "other"\."owners"\("id"\)/);
  assert.match(must(['migrate', 'dev', made]), /the migrations are what the schema says/);
  const changed = schema.replace('title String    @unique', 'title String    @unique\n  note String?')
    .replace('LOUD CALM', 'LOUD CALM MEAN')
    .replace('@@index([title], map: "by_name")', '@@index([title], map: "by_title")').replace('name  String\n', 'name  String?\n');
  writeFileSync(path.join(made, 'schema.zmodel'), changed);
  must(['migrate', 'dev', made, '--name', 'more']);
  assert.match(scripts()[1], /ALTER TABLE "other"\."items" ADD COLUMN "note"/);
  assert.match(scripts()[1], /ALTER INDEX "other"\."by_name" RENAME TO "by_title"/);
  assert.doesNotMatch(scripts()[1], /"api"/);
  assert.doesNotMatch(must(['db', 'push', made, '--dry-run']), /create|change|drop|add/);
});

test('the database decides in each schema', { skip }, async (t) => {
  const database = await startServer(t);
  const made = projectOn(t, database.url.replace('postgres@', 'gate@'),
    { rest: '[rest]\nauthority = "database"\nanonymous_role = "web_anon"\nschemas = ["api", "other"]\nsearch_path = ["public"]\n',
      text: schema.replace('@@realtime', '') });
  const owner = projectOn(t, database.url);
  must(['db', 'push', owner]);
  const done = database.sql(`${prepared}
    CREATE ROLE web_anon NOLOGIN; CREATE ROLE web_user NOLOGIN; CREATE ROLE gate LOGIN NOINHERIT; GRANT web_anon, web_user TO gate;
    GRANT USAGE ON SCHEMA api, other, hidden TO web_anon, web_user; GRANT SELECT ON other.items TO web_anon;
    GRANT ALL ON api.items, other.items TO web_user; GRANT USAGE ON ALL SEQUENCES IN SCHEMA api TO web_user;
    CREATE FUNCTION public.shout(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT upper($1)';
    CREATE FUNCTION other.loud() RETURNS text STABLE LANGUAGE plpgsql AS $$BEGIN RETURN shout((SELECT title FROM items)); END$$;
    INSERT INTO other.items VALUES (1, 'hat')`);
  assert.equal(done.status, 0, done.stderr);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ exp: 4102444800, role: 'web_user' })}`;
  const jwt = `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
  const ask = async (place, headers = {}, options = {}) => {
    const answer = await fetch(`${server.url}/rest/v1${place}`,
      { ...options, headers: { 'Content-Type': 'application/json', ...headers } });
    const text = await answer.text();
    return { status: answer.status, json: text ? JSON.parse(text) : undefined };
  };
  const user = { Authorization: `Bearer ${jwt}` };
  assert.equal((await ask('/items')).json.message, 'permission denied for table items');
  assert.deepEqual((await ask('/items?select=title', { 'Accept-Profile': 'other' })).json, [{ title: 'hat' }]);
  assert.equal((await ask('/items', { 'Content-Profile': 'api', ...user }, { method: 'POST', body: '{"name":"pen"}' })).status, 201);
  assert.deepEqual((await ask('/items?select=name,label', user)).json, [{ name: 'pen', label: 'api pen' }]);
  assert.equal((await ask('/rpc/loud', { 'Accept-Profile': 'other' })).json, 'HAT');
  assert.equal((await ask('/rpc/inside', user)).json.code, 'PGRST202');
});

test('what no schema can be is refused by name', { skip }, async (t) => {
  const database = await startServer(t);
  const refused = (made, pattern, words = []) => {
    const done = run(['serve', made, '--listen', '127.0.0.1:0', ...words]);
    assert.notEqual(done.status, 0);
    assert.match(done.stderr + done.stdout, pattern);
  };
  const made = projectOn(t, database.url);
  must(['keys', made]);
  must(['db', 'push', made]);
  refused(made, /rest\.schemas: "public" is none of the datasource's schemas/, ['--set', 'rest.schemas=public']);
  refused(made, /rest\.schemas names a schema twice/, ['--set', 'rest.schemas=api,api']);
  const one = 'datasource db {\n  provider = "postgresql"\n}\nmodel A {\n  id Int @id\n}\n';
  const plain = projectOn(t, database.url, { text: one, rest: '' });
  must(['keys', plain]);
  must(['db', 'push', plain]);
  refused(plain, /rest\.schemas names several, but the models are in no schema/, ['--set', 'rest.schemas=a,b']);
  const lite = 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n  @@schema("x")\n}\n';
  const small = projectOn(t, database.url, { text: lite, rest: '' });
  refused(small, /SQLite has no schemas within a database/);
});
