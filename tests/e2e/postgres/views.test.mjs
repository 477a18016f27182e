// Views that PostgreSQL writes through, or that have INSTEAD OF triggers, take writes under the rules of their `view`.
// Without Debian's package the tests skip.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { must, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';
import { keysOf, onPostgres } from './support.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';

const schema = `datasource db {
  provider = "postgresql"
}
model Person {
  id    Int     @id @default(autoincrement())
  name  String
  age   Int
  team  String?
  posts Post[]
  adult Adult[]
  @@allow('read', id == 1)
  @@map("people")
}
model Post {
  id       Int    @id
  personId Int    @map("person_id")
  person   Person @relation(fields: [personId], references: [id])
  @@allow('read', true)
  @@map("posts")
}
view Adult {
  id     Int     @unique @default(autoincrement())
  name   String
  age    Int
  team   String? @allow('update', false)
  person Person  @relation(fields: [id], references: [id])
  @@allow('read', age < 90)
  @@allow('create', name != 'nobody')
  @@allow('update', name != 'Fixed')
  @@allow('post-update', age < 80)
  @@map("adults")
}
view Closed {
  id   Int    @unique
  name String
  @@allow('read', true)
  @@map("closed")
}
view Count {
  team  String @unique
  count Int
  @@allow('all', true)
  @@map("counts")
}
view Told {
  team  String @unique
  count Int
  @@allow('all', true)
  @@map("told")
}
view Keyless {
  name String
  @@allow('all', true)
  @@map("keyless")
}
`;

const prepared = `
CREATE VIEW adults AS SELECT id, name, age, team FROM people WHERE age >= 18 WITH CHECK OPTION;
CREATE VIEW closed AS SELECT id, name FROM people;
CREATE VIEW counts AS SELECT coalesce(team, '') AS team, count(*)::int AS count FROM people GROUP BY 1;
CREATE VIEW keyless AS SELECT name FROM people;
CREATE TABLE log (text text);
CREATE VIEW told AS SELECT team, count FROM counts;
CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO log VALUES (NEW.team || ' ' || NEW.count); RETURN NEW; END$$;
CREATE TRIGGER tell INSTEAD OF INSERT ON told FOR EACH ROW EXECUTE FUNCTION tell();
INSERT INTO people (name, age, team) VALUES ('Ann', 30, 'a'), ('Bob', 12, 'a'), ('Old', 95, NULL), ('Fixed', 40, NULL);
INSERT INTO posts VALUES (1, 1);
`;

test('views take what their database lets through', { skip }, async (t) => {
  const database = await startServer(t);
  const made = onPostgres(t, schema, database.url);
  const keys = keysOf(made);
  must(['db', 'push', made]);
  const done = database.sql(prepared);
  assert.equal(done.status, 0, done.stderr);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const anon = createClient(server.url, keys.publishable_key);
  const stored = (query) => database.sql(query).stdout.trim();
  const good = (answer) => {
    assert.equal(answer.error, null, JSON.stringify(answer.error));
    return answer.data;
  };

  await t.test('rows go in, change and go', async () => {
    const [cy] = good(await anon.from('adults').insert({ name: 'Cy', age: 50 }).select('name,age,people(posts(id))'));
    assert.deepEqual(cy, { name: 'Cy', age: 50, people: null }, 'that row of people is closed to this caller');
    assert.deepEqual(good(await anon.from('adults').select('name,people(posts(id))').eq('id', 1)),
      [{ name: 'Ann', people: { posts: [{ id: 1 }] } }]);
    good(await anon.from('adults').insert([{ name: 'Di', age: 20, team: 'b' }, { name: 'Ed', age: 21, team: 'b' }]));
    assert.equal(stored("SELECT count(*) FROM people WHERE team = 'b'"), '2');
    assert.deepEqual(good(await anon.from('adults').update({ age: 51 }).eq('name', 'Cy').select('name,age')), [{ name: 'Cy', age: 51 }]);
    assert.equal(good(await anon.from('adults').select('name').order('name')).length, 5);
    assert.equal((await anon.from('adults').delete().eq('name', 'Cy')).error.code, '42501');
    const admin = createClient(server.url, keys.secret_key);
    assert.deepEqual(good(await admin.from('adults').delete().eq('name', 'Cy').select('name')), [{ name: 'Cy' }]);
    assert.equal(stored("SELECT count(*) FROM people WHERE name = 'Cy'"), '0');
  });
  await t.test('rules are the view\'s', async () => {
    const code = async (query) => (await query).error?.code;
    const adults = () => anon.from('adults');
    assert.equal(await code(adults().insert({ name: 'nobody', age: 30 })), '42501');
    assert.deepEqual(good(await adults().update({ age: 41 }).eq('name', 'Fixed').select('name')), []);
    assert.deepEqual(good(await adults().update({ age: 41 }).eq('name', 'Old').select('name')), [], 'what is not read is not changed');
    assert.equal(await code(adults().update({ age: 85 }).eq('name', 'Ann')), '42501');
    assert.equal(await code(adults().update({ team: 'x' }).eq('name', 'Ann')), '42501');
    assert.deepEqual(good(await adults().update({ age: 41 }).eq('name', 'Bob').select('name')), [], 'the view does not have him');
    assert.equal(await code(adults().insert({ name: 'Kid', age: 5 })), '23514', 'the view\'s own check');
    assert.equal(stored('SELECT string_agg(age::text, \',\' ORDER BY id) FROM people WHERE id <= 4'), '30,12,95,40');
    assert.equal(await code(anon.from('closed').insert({ id: 9, name: 'x' })), '42501');
  });
  await t.test('what the database does not take is no method', async () => {
    const answer = async (table, method, headers = {}) => {
      const body = method === 'DELETE' ? undefined : '{"team":"q","count":2}';
      const response = await fetch(`${server.url}/rest/v1/${table}`, { method, body,
        headers: { apikey: keys.publishable_key, 'Content-Type': 'application/json', ...headers } });
      const text = await response.text();
      return [response.status, text === '' ? null : JSON.parse(text).details];
    };
    assert.deepEqual(await answer('counts', 'POST'), [405, "'counts' is a view, which can only be read."]);
    assert.deepEqual(await answer('told', 'POST'), [201, null]);
    assert.equal(stored('SELECT text FROM log'), 'q 2');
    assert.deepEqual(await answer('told?team=eq.a', 'PATCH'), [405, "'told' is a view, which doesn't take this."]);
    assert.deepEqual(await answer('told?team=eq.a', 'DELETE'), [405, "'told' is a view, which doesn't take this."]);
    assert.deepEqual(await answer('told?team=eq.q', 'PUT'), [405, "'told' is a view, which doesn't take this."]);
    assert.deepEqual(await answer('told?on_conflict=team', 'POST', { Prefer: 'resolution=merge-duplicates' }),
      [405, "'told' is a view, which doesn't take this."]);
    assert.deepEqual(await answer('keyless?name=eq.x', 'DELETE'),
      [405, "'keyless' is a view, whose rows need a @unique field to be told apart when they are written."]);
    const allow = async (table) => (await fetch(`${server.url}/rest/v1/${table}`, { method: 'OPTIONS' })).headers.get('allow');
    assert.equal(await allow('adults'), 'OPTIONS,GET,HEAD,POST,PATCH,DELETE');
    assert.equal(await allow('told'), 'OPTIONS,GET,HEAD,POST');
    assert.equal(await allow('counts'), 'OPTIONS,GET,HEAD');
  });
  await t.test('a reload looks again', async () => {
    database.sql('CREATE OR REPLACE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN OLD; END$$;' +
      'CREATE TRIGGER drop_it INSTEAD OF DELETE ON told FOR EACH ROW EXECUTE FUNCTION drop_it()');
    server.child.kill('SIGHUP');
    await server.saw('schema reloaded');
    assert.equal((await anon.from('told').delete().eq('team', 'a')).status, 204);
  });
  assert.equal(await server.stop(), 0);
});
