// Computed relationships: functions of a table's row that give rows of a table, opened by name, embedded like what a foreign key leads
// to. Without Debian's package the tests skip.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';

const schema = `datasource db {
  provider = "postgresql"
}
model Film {
  id     Int    @id
  title  String
  year   Int
  studio Int?
  by     Studio? @relation(fields: [studio], references: [id])
  @@allow('read', year > 1900)
  @@map("films")
}
model Studio {
  id     Int    @id
  name   String
  secret String @default("s") @allow('read', false)
  films  Film[]
  @@allow('read', name != 'Hidden')
  @@map("studios")
}
`;

const prepared = `
INSERT INTO studios VALUES (1, 'Ufa'), (2, 'Hidden'), (3, 'Rko');
INSERT INTO films VALUES (1, 'M', 1931, 1), (2, 'Kane', 1941, 3), (3, 'Early', 1899, 1), (4, 'Dark', 1941, 2), (5, 'Alone', 1950, NULL);
CREATE FUNCTION same_year(films) RETURNS SETOF films STABLE LANGUAGE sql AS
  'SELECT * FROM films f WHERE f.year = $1.year AND f.id <> $1.id';
CREATE FUNCTION same_studio(films) RETURNS SETOF films STABLE LANGUAGE sql AS
  'SELECT * FROM films f WHERE f.studio = $1.studio AND f.id <> $1.id';
CREATE FUNCTION maker(films) RETURNS SETOF studios STABLE ROWS 1 LANGUAGE sql AS 'SELECT * FROM studios WHERE id = $1.studio';
CREATE FUNCTION any_studio(films) RETURNS SETOF studios STABLE ROWS 1 LANGUAGE sql AS 'SELECT * FROM studios ORDER BY id';
CREATE FUNCTION one_maker(films) RETURNS studios STABLE LANGUAGE sql AS 'SELECT * FROM studios WHERE id = $1.studio';
CREATE FUNCTION studios(films) RETURNS SETOF studios STABLE ROWS 1 LANGUAGE sql AS 'SELECT * FROM studios WHERE id = 3';
CREATE FUNCTION for_users(films) RETURNS SETOF studios STABLE LANGUAGE sql AS 'SELECT * FROM studios';
CREATE FUNCTION writes(films) RETURNS SETOF studios LANGUAGE sql AS 'DELETE FROM films; SELECT * FROM studios';
CREATE FUNCTION not_opened(films) RETURNS SETOF studios STABLE LANGUAGE sql AS 'SELECT * FROM studios';
CREATE FUNCTION shout(studios) RETURNS text STABLE LANGUAGE sql AS $$SELECT upper($1.name)$$;
CREATE FUNCTION all_films() RETURNS SETOF films STABLE LANGUAGE sql AS 'SELECT * FROM films';
`;
const open = ['same_year', 'same_studio', 'maker', 'any_studio', 'one_maker', 'for_users: authenticated', 'writes', 'shout', 'all_films'];

async function start(t, functions = open) {
  const database = await startServer(t);
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${database.url}"\n[rest]\naggregates = true\n` +
    `functions = ${JSON.stringify(functions)}\n`, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const done = database.sql(prepared);
  assert.equal(done.status, 0, done.stderr);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  return { anon: createClient(server.url, keys.publishable_key), admin: createClient(server.url, keys.secret_key) };
}

const good = (answer) => {
  assert.equal(answer.error, null, JSON.stringify(answer.error));
  return answer.data;
};

test('functions of a row that give rows are embedded', { skip }, async (t) => {
  const { anon, admin } = await start(t);
  const films = (select) => anon.from('films').select(select).order('id');

  await t.test('many, and one', async () => {
    assert.deepEqual(good(await films('id,same_year(id),maker(name)')), [
      { id: 1, same_year: [], maker: { name: 'Ufa' } },
      { id: 2, same_year: [{ id: 4 }], maker: { name: 'Rko' } },
      { id: 4, same_year: [{ id: 2 }], maker: null },
      { id: 5, same_year: [], maker: null }]);
    assert.deepEqual(good(await films('id,one_maker(name)').in('id', [1, 4, 5])),
      [{ id: 1, one_maker: { name: 'Ufa' } }, { id: 4, one_maker: null }, { id: 5, one_maker: null }]);
    // It says that it gives one row, and gives three.
    assert.deepEqual(good(await films('any_studio(name)').eq('id', 1)), [{ any_studio: { name: 'Ufa' } }]);
  });
  await t.test('the rules of what is given hold, of its rows and fields', async () => {
    assert.deepEqual(good(await films('same_studio(title)').eq('id', 1)), [{ same_studio: [] }]);
    assert.deepEqual(good(await admin.from('films').select('same_studio(title)').eq('id', 1)), [{ same_studio: [{ title: 'Early' }] }]);
    assert.equal((await films('maker(secret)')).error.code, '42501');
    assert.deepEqual(good(await films('maker(*)').eq('id', 1)), [{ maker: { id: 1, name: 'Ufa' } }]);
    assert.equal((await films('id,maker(name)').eq('maker.secret', 's')).error.code, '42501');
  });
  await t.test('filters, order, pages, nesting, spreads, inner joins', async () => {
    assert.deepEqual(good(await films('id,others:same_year(id,maker(name,shout))').eq('id', 4)),
      [{ id: 4, others: [{ id: 2, maker: { name: 'Rko', shout: 'RKO' } }] }]);
    assert.deepEqual(good(await films('id,maker!inner(name)').eq('maker.name', 'Rko')), [{ id: 2, maker: { name: 'Rko' } }]);
    assert.deepEqual(good(await films('id,maker()').not('maker', 'is', null)), [{ id: 1 }, { id: 2 }]);
    assert.deepEqual(good(await films('id,...maker(by:name)').in('id', [1, 5])), [{ id: 1, by: 'Ufa' }, { id: 5, by: null }]);
    assert.deepEqual(good(await admin.from('films').select('id,for_users(id)').eq('id', 1).order('id', { referencedTable: 'for_users',
      ascending: false }).limit(2, { referencedTable: 'for_users' })), [{ id: 1, for_users: [{ id: 3 }, { id: 2 }] }]);
    const byMaker = anon.from('films').select('id,maker(name)').not('maker', 'is', null).order('maker(name)');
    assert.deepEqual(good(await byMaker).map((row) => row.id), [2, 1]);
    assert.deepEqual(good(await films('id,same_year(count())').eq('id', 2)), [{ id: 2, same_year: [{ count: 1 }] }]);
    assert.deepEqual(good(await anon.from('studios').select('name,films(id,maker(name))').eq('id', 1)),
      [{ name: 'Ufa', films: [{ id: 1, maker: { name: 'Ufa' } }] }]);
    assert.deepEqual(good(await anon.rpc('all_films').select('id,maker(name)').eq('id', 2)), [{ id: 2, maker: { name: 'Rko' } }]);
  });
  await t.test('what is not opened, or could write, is not there', async () => {
    for (const name of ['not_opened', 'writes', 'for_users', 'nowhere'])
      assert.equal((await films(`id,${name}(id)`)).error.code, 'PGRST200', name);
    assert.deepEqual(good(await films('id,studios(name)').eq('id', 1)), [{ id: 1, studios: { name: 'Ufa' } }]);
  });
});

test('a function that is called like the table takes its place', { skip }, async (t) => {
  const { anon } = await start(t, ['studios']);
  assert.deepEqual(good(await anon.from('films').select('id,studios(name)').eq('id', 1)), [{ id: 1, studios: { name: 'Rko' } }]);
});
