// Computed fields: functions of a table's row, opened by name, read like its columns (issue 3). Without Debian's package the tests skip.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';
const secret = 'a secret of this test, which is long enough';

const schema = `datasource db {
  provider = "postgresql"
}
model Person {
  id    Int    @id
  first String
  last  String
  notes Json?
  town  Int?
  place Town?  @relation(fields: [town], references: [id])
  @@allow('read', last != 'Hidden')
  @@allow('update', true)
  @@map("people")
}
model Town {
  id     Int      @id
  name   String
  people Person[]
  @@allow('read', true)
  @@map("towns")
}
`;

const prepared = `
INSERT INTO towns VALUES (1, 'Rome');
INSERT INTO people VALUES (1, 'Ann', 'Bell', '{"a":{"b":7}}', 1), (2, 'Bob', 'Abel', NULL, 1), (3, 'Cy', 'Hidden', NULL, 1);
CREATE FUNCTION full_name(people) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT $1.first || ' ' || $1.last$$;
CREATE FUNCTION name_length(p people) RETURNS int STABLE LANGUAGE sql AS 'SELECT length(p.first || p.last)';
CREATE FUNCTION inner_note(people) RETURNS jsonb STABLE LANGUAGE sql AS $$SELECT $1.notes->'a'$$;
CREATE FUNCTION shout(towns) RETURNS text STABLE LANGUAGE sql AS $$SELECT upper($1.name)$$;
CREATE FUNCTION for_users(people) RETURNS text STABLE LANGUAGE sql AS $$SELECT 'for users'::text$$;
CREATE FUNCTION writes(people) RETURNS int LANGUAGE sql AS 'DELETE FROM towns; SELECT 1';
CREATE FUNCTION not_opened(people) RETURNS int STABLE LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION first(people) RETURNS text STABLE LANGUAGE sql AS $$SELECT 'not this'::text$$;
CREATE FUNCTION all_people() RETURNS SETOF people STABLE LANGUAGE sql AS 'SELECT * FROM people';
`;
const open = ['full_name', 'name_length', 'inner_note', 'shout', 'for_users: authenticated', 'writes', 'first', 'all_people'];

test('computed fields read like columns', { skip }, async (t) => {
  const database = await startServer(t);
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${database.url}"\n[auth]\njwt_secret = "${secret}"\n` +
    `[rest]\nfunctions = ${JSON.stringify(open)}\n`, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const done = database.sql(prepared);
  assert.equal(done.status, 0, done.stderr);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const anon = createClient(server.url, keys.publishable_key);
  const good = (answer) => {
    assert.equal(answer.error, null, JSON.stringify(answer.error));
    return answer.data;
  };
  const people = (select) => anon.from('people').select(select);

  assert.deepEqual(good(await people('id,full_name,length:name_length').order('full_name', { ascending: false })),
    [{ id: 2, full_name: 'Bob Abel', length: 7 }, { id: 1, full_name: 'Ann Bell', length: 7 }]);
  assert.deepEqual(Object.keys(good(await people('*').eq('id', 1))[0]), ['id', 'first', 'last', 'notes', 'town'], 'not part of *');
  assert.deepEqual(good(await people('*,full_name').like('full_name', 'Ann*'))[0].full_name, 'Ann Bell');
  for (const length of ['7', '8'])
    assert.equal(good(await people('id').eq('name_length', length)).length, length === '7' ? 2 : 0);
  assert.deepEqual(good(await people('b:inner_note->b').eq('inner_note->>b', '7')), [{ b: 7 }]);
  assert.deepEqual(good(await people('id').or('full_name.eq.Bob Abel,name_length.gt.7')), [{ id: 2 }]);
  assert.deepEqual(good(await people('name_length::text').eq('id', 1)), [{ name_length: '7' }]);
  assert.deepEqual(good(await people('id,towns(shout)').order('towns(shout)').eq('id', 1)), [{ id: 1, towns: { shout: 'ROME' } }]);
  assert.deepEqual(good(await anon.from('towns').select('people(full_name)').order('full_name', { referencedTable: 'people' })),
    [{ people: [{ full_name: 'Ann Bell' }, { full_name: 'Bob Abel' }] }]);
  assert.deepEqual(good(await anon.from('people').update({ first: 'Bo' }).eq('full_name', 'Bob Abel').select('first')), [{ first: 'Bo' }]);
  // What a write returns has them too: the row as it is then, before it goes where it is deleted.
  assert.deepEqual(good(await anon.from('people').update({ first: 'Ben' }).eq('id', 2).select('full_name,towns(shout)')),
    [{ full_name: 'Ben Abel', towns: { shout: 'ROME' } }]);
  const admin = createClient(server.url, keys.secret_key);
  assert.deepEqual(good(await admin.from('people').insert([{ id: 8, first: 'A', last: 'B' }, { id: 7, first: 'C', last: 'D' }])
    .select('full_name')), [{ full_name: 'A B' }, { full_name: 'C D' }], 'in the order given');
  assert.deepEqual(good(await admin.from('people').upsert({ id: 8, first: 'E', last: 'F' }).select('full_name,name_length')),
    [{ full_name: 'E F', name_length: 2 }]);
  assert.deepEqual(good(await admin.from('people').delete().gt('id', 6).order('full_name').select('full_name')),
    [{ full_name: 'C D' }, { full_name: 'E F' }]);
  assert.deepEqual(good(await anon.rpc('all_people').select('full_name,towns(shout)').eq('id', 3)),
    [{ full_name: 'Cy Hidden', towns: { shout: 'ROME' } }]);
  assert.deepEqual(good(await people('first').eq('id', 1)), [{ first: 'Ann' }], 'a column comes first');
  // A name with a quote is a name; what it isn't is SQL.
  assert.equal((await people('"full_name(t0); DROP TABLE towns; --"')).error.code, '42703');

  for (const name of ['writes', 'not_opened', 'shout', 'never_made']) {
    const refused = await people(name);
    assert.deepEqual([refused.error?.code, refused.error?.message], ['42703', `column people.${name} does not exist`]);
  }
  assert.equal(database.sql('SELECT count(*) FROM towns').stdout.trim(), '1');

  // What one caller may ask is not remembered for another.
  const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ exp: 4102444800, role: 'authenticated', sub: 'u' })}`;
  const token = `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
  const user = createClient(server.url, keys.publishable_key, { global: { headers: { Authorization: `Bearer ${token}` } } });
  for (let round = 0; round < 3; ++round) {
    assert.deepEqual(good(await user.from('people').select('for_users').eq('id', 1)), [{ for_users: 'for users' }]);
    assert.equal((await people('for_users').eq('id', 1)).error.code, '42703');
  }

  const file = path.join(made, 'trivet.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"full_name",', ''));
  server.child.kill('SIGHUP');
  await server.saw('schema reloaded');
  assert.equal((await people('full_name').eq('id', 1)).error.code, '42703', 'closed again');
  assert.equal(await server.stop(), 0);
});
