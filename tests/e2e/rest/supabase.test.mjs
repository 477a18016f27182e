// @supabase/supabase-js against the real binary: every method of its query builder that a table can be asked with.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, serve } from '../cli/support.mjs';

// What the tests below call, and what they don't and why. Held against the client's own list by the first test.
const covered = `from select insert upsert update delete eq neq gt gte lt lte like likeAllOf likeAnyOf ilike ilikeAllOf
  ilikeAnyOf regexMatch regexIMatch is isDistinct in notIn contains containedBy match not or filter order limit range
  single maybeSingle csv stripNulls maxAffected schema setHeader abortSignal throwOnError returns overrideTypes rpc
  rangeGt rangeGte rangeLt rangeLte rangeAdjacent overlaps textSearch geojson explain rollback then retry`.split(/\s+/);
const uncovered = new Map([
  ['constructor', 'no request'],
  ['processResponse', 'inner part of then'],
  ['cloneRequestState', 'inner part of the builders'],
  ['getOpenApiSpec', 'asked for in the root document test, by fetch'],
]);

const schema = `datasource db {
  provider = "sqlite"
  url      = "file:./data.db"
}
model Director {
  id    Int    @id
  name  String
  films Film[]
  @@allow('read', true)
  @@map("directors")
}
model Film {
  id         Int       @id
  title      String
  year       Int?
  released   Boolean   @default(true)
  meta       Json?
  directorId Int?      @map("director_id")
  director   Director? @relation(fields: [directorId], references: [id])
  tags       Tag[]
  @@allow('all', true)
  @@map("films")
}
model Tag {
  id    Int    @id
  label String @unique
  films Film[]
  @@allow('all', true)
  @@map("tags")
}
model Listing {
  id   Int    @id
  code String @default(dbgenerated("('c' || 7)"))
  @@map("listings")
}
model Vault {
  id Int @id
  @@map("vault")
}
`;

let admin;
let anon;
let url;
let keys;

const ids = (rows) => rows.map((row) => row.id);
async function data(query) {
  const answer = await query;
  assert.equal(answer.error, null, JSON.stringify(answer.error));
  return answer.data;
}
async function code(query) {
  const answer = await query;
  assert.notEqual(answer.error, null, JSON.stringify(answer.data));
  return [answer.status, answer.error.code];
}
const films = () => admin.from('films');

test('supabase-js', async (t) => {
  {
    const made = path.join(folder(t), 'films');
    must(['init', made]);
    writeFileSync(path.join(made, 'schema.zmodel'), schema);
    must(['db', 'push', made]);
    keys = JSON.parse(must(['keys', made, '--json']));
    ({ url } = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']));
    admin = createClient(url, keys.secret_key, { auth: { persistSession: false, autoRefreshToken: false } });
    anon = createClient(url, keys.publishable_key, { auth: { persistSession: false, autoRefreshToken: false } });
    await data(admin.from('directors').insert([{ id: 1, name: 'Ann' }, { id: 2, name: 'Bo' }]));
    await data(admin.from('tags').insert([{ id: 1, label: 'slow' }, { id: 2, label: 'loud' }]));
    await data(films().insert([
      { id: 1, title: 'Rain', year: 1999, released: true, meta: { a: 1, b: 'x' }, director_id: 1 },
      { id: 2, title: 'Sun, Moon', year: 2005, released: true, meta: null, director_id: 1 },
      { id: 3, title: 'Stars (1)', year: null, released: false, meta: { a: 3 }, director_id: 2 },
    ]));
  }

  await t.test('the table names every method', () => {
    const named = new Set([...covered, ...uncovered.keys()]);
    const missing = new Set();
    for (let at = Object.getPrototypeOf(films().select()); at !== Object.prototype; at = Object.getPrototypeOf(at))
      for (const name of Object.getOwnPropertyNames(at)) if (!named.has(name)) missing.add(name);
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(films())))
      if (!named.has(name)) missing.add(name);
    assert.deepEqual([...missing], []);
  });

  await t.test('select, counts and heads', async () => {
    assert.deepEqual(await data(films().select('id, title').eq('id', 1)), [{ id: 1, title: 'Rain' }]);
    const counted = await films().select('id', { count: 'exact' }).limit(1);
    assert.deepEqual([counted.status, counted.count, counted.data.length], [206, 3, 1]);
    const head = await films().select('*', { count: 'exact', head: true });
    assert.deepEqual([head.status, head.count, head.data], [200, 3, null]);
    assert.equal((await films().select('*', { count: 'planned', head: true })).count, 3);
    assert.equal((await films().select('*', { count: 'estimated', head: true })).count, 3);
  });

  await t.test('comparisons', async () => {
    const select = () => films().select('id').order('id');
    const cases = [
      [select().eq('id', 2), [2]], [select().neq('year', 2005), [1]], [select().gt('id', 1), [2, 3]],
      [select().gte('id', 2), [2, 3]], [select().lt('id', 2), [1]], [select().lte('id', 2), [1, 2]],
      [select().like('title', '%ain'), [1]], [select().like('title', 'rain'), []],
      [select().likeAllOf('title', ['%S%', '%M%']), [2]], [select().likeAnyOf('title', ['R%', 'St%']), [1, 3]],
      [select().ilike('title', 'RAIN'), [1]], [select().ilikeAllOf('title', ['%s%', '%m%']), [2]],
      [select().ilikeAnyOf('title', ['r%', 'st%']), [1, 3]], [select().regexMatch('title', '^S'), [2, 3]],
      [select().regexIMatch('title', '^s'), [2, 3]], [select().is('year', null), [3]],
      [select().is('released', true), [1, 2]], [select().isDistinct('year', 2005), [1, 3]],
      [select().in('title', ['Sun, Moon', 'Stars (1)']), [2, 3]], [select().in('id', []), []],
      [select().notIn('id', [1]), [2, 3]], [select().contains('meta', { a: 1 }), [1]],
      [select().containedBy('meta', { a: 3, z: 0 }), [3]], [select().match({ id: 1, title: 'Rain' }), [1]],
      [select().not('id', 'in', '(1,2)'), [3]], [select().or('id.eq.1,year.is.null'), [1, 3]],
      [select().filter('id', 'gt', 2), [3]], [select().eq('meta->>b', 'x'), [1]],
    ];
    for (const [query, expected] of cases) assert.deepEqual(ids(await data(query)), expected, query.url?.search);
  });

  await t.test('operators that these columns lack', async () => {
    for (const query of [
      films().select().rangeGt('id', '(1,2)'), films().select().rangeGte('id', '(1,2)'),
      films().select().rangeLt('id', '(1,2)'), films().select().rangeLte('id', '(1,2)'),
      films().select().rangeAdjacent('id', '(1,2)'), films().select().overlaps('id', [1]),
      films().select().like('id', '1%'),
    ]) assert.deepEqual(await code(query), [404, '42883']);
    const searched = await films().select('id').textSearch('title', 'rain', { type: 'plain' });
    assert.ok([200, 400].includes(searched.status), JSON.stringify(searched));
  });

  await t.test('order, limit, range', async () => {
    assert.deepEqual(ids(await data(films().select('id').order('id', { ascending: false }).limit(2))), [3, 2]);
    assert.deepEqual(ids(await data(films().select('id').order('year', { nullsFirst: true }))), [3, 1, 2]);
    assert.deepEqual(ids(await data(films().select('id').order('id').range(1, 2))), [2, 3]);
    assert.deepEqual(
      await data(admin.from('directors').select('id, films(id)').order('id')
        .order('id', { referencedTable: 'films', ascending: false }).limit(1, { referencedTable: 'films' })),
      [{ id: 1, films: [{ id: 2 }] }, { id: 2, films: [{ id: 3 }] }]);
    assert.deepEqual(
      await data(admin.from('directors').select('id, films!inner(id)').or('id.eq.1,id.eq.3', { referencedTable: 'films' })
        .order('id')),
      [{ id: 1, films: [{ id: 1 }] }, { id: 2, films: [{ id: 3 }] }]);
  });

  await t.test('embedding', async () => {
    assert.deepEqual(await data(films().select('title, directors(name)').eq('id', 1)),
      [{ title: 'Rain', directors: { name: 'Ann' } }]);
    assert.deepEqual(await data(films().select('title, ...directors(director:name)').eq('id', 1)),
      [{ title: 'Rain', director: 'Ann' }]);
  });

  await t.test('forms of the answer', async () => {
    assert.deepEqual(await data(films().select('id').eq('id', 1).single()), { id: 1 });
    assert.deepEqual(await code(films().select('id').single()), [406, 'PGRST116']);
    assert.equal(await data(films().select('id').eq('id', 99).maybeSingle()), null);
    assert.deepEqual(await data(films().select('id').eq('id', 1).maybeSingle()), { id: 1 });
    assert.equal((await films().select('id').maybeSingle()).status, 406);
    assert.equal(await data(films().select('id,title').order('id').limit(2).csv()), 'id,title\n1,Rain\n2,"Sun, Moon"');
    assert.deepEqual(await data(films().select('id,year').eq('id', 3).stripNulls()), [{ id: 3 }]);
    assert.equal((await films().select().geojson()).status, 406);
    assert.equal((await films().select().explain()).status, 406);
    assert.deepEqual(await data(films().select('id').eq('id', 1).returns()), [{ id: 1 }]);
    assert.deepEqual(await data(films().select('id').eq('id', 1).overrideTypes()), [{ id: 1 }]);
    await assert.rejects(async () => films().select('nope').throwOnError(), { code: '42703' });
    await assert.rejects(async () => films().select('nope').throwOnError(), { message: 'column films.nope does not exist' });
    assert.deepEqual(await data(films().select('id').eq('id', 1).setHeader('X-Test', '1')), [{ id: 1 }]);
    const aborted = await films().select().abortSignal(AbortSignal.abort());
    assert.equal(aborted.status, 0);
  });

  await t.test('schemas and functions', async () => {
    assert.deepEqual(await data(admin.schema('public').from('films').select('id').eq('id', 1)), [{ id: 1 }]);
    assert.deepEqual(await code(admin.schema('private').from('films').select('id')), [406, 'PGRST106']);
    assert.deepEqual(await code(admin.rpc('f', { a: 1 })), [404, 'PGRST202']);
    assert.deepEqual(await code(admin.rpc('f', { a: 1 }, { get: true })), [404, 'PGRST202']);
  });

  await t.test('writes', async () => {
    const inserted = await films().insert({ id: 10, title: 'New' });
    assert.deepEqual([inserted.status, inserted.statusText, inserted.data], [201, 'Created', null]);
    assert.deepEqual(await data(films().insert([{ id: 11, title: 'A' }, { id: 12, title: 'B', year: 1 }]).select('id,year')),
      [{ id: 11, year: null }, { id: 12, year: 1 }]);
    assert.deepEqual(
      await data(films().insert([{ id: 13, title: 'A', released: false }, { id: 14, title: 'B' }],
        { defaultToNull: false }).select('released')),
      [{ released: false }, { released: true }]);
    assert.deepEqual(await code(films().insert({ id: 10, title: 'Again' })), [409, '23505']);
    assert.deepEqual(await code(films().insert({ id: 15, nope: 1 })), [400, 'PGRST204']);
    assert.equal((await films().upsert({ id: 10, title: 'Newer' })).status, 200);
    assert.equal((await films().upsert({ id: 16, title: 'Newest' }, { count: 'exact' })).count, 1);
    assert.deepEqual(
      await data(admin.from('tags').upsert({ id: 1, label: 'slow' }, { onConflict: 'label', ignoreDuplicates: true }).select()),
      []);
    const updated = await films().update({ year: 7 }, { count: 'exact' }).gte('id', 10);
    assert.deepEqual([updated.status, updated.count, updated.data], [204, 6, null]);
    assert.deepEqual(await data(films().update({ year: 8 }).eq('id', 10).select('year').single()), { year: 8 });
    assert.deepEqual(await code(films().update({ year: 9 })), [400, '21000']);
    assert.deepEqual(await code(films().update({ year: 9 }).gte('id', 10).maxAffected(2)), [400, 'PGRST124']);
    assert.deepEqual(await code(films().delete().gte('id', 10).select().single()), [406, 'PGRST116']);
    const rolled = await films().insert({ id: 20, title: 'Maybe' }).rollback();
    assert.equal(rolled.status, 201);
    const deleted = await films().delete({ count: 'exact' }).gte('id', 10);
    assert.ok(deleted.status === 204 && deleted.count >= 6);
    assert.deepEqual(await code(films().delete()), [400, '21000']);
  });

  await t.test('nested writes', async () => {
    assert.deepEqual(
      await data(films().insert({ id: 30, title: 'Nested', director: { id: 3, name: 'Cy' }, tags: [{ label: 'loud' }] })
        .select('title, directors(name), tags(label)')),
      [{ title: 'Nested', directors: { name: 'Cy' }, tags: [{ label: 'loud' }] }]);
    assert.deepEqual(
      await data(films().update({ year: 1, director: { id: 2 }, tags: [{ id: 3, label: 'new' }, { label: 'slow' }] }).eq('id', 30)
        .select('year, directors(name), tags(label)').order('id', { referencedTable: 'tags' }).single()),
      { year: 1, directors: { name: 'Bo' }, tags: [{ label: 'slow' }, { label: 'loud' }, { label: 'new' }] });
    const none = await films().update({ director: { id: 4, name: 'Di' } }).eq('id', 99).select();
    assert.deepEqual([none.status, none.data], [200, []]);
    assert.deepEqual(await data(admin.from('directors').select('id').eq('id', 4)), []);
    assert.deepEqual(await code(films().update({ director: { id: 4, name: 'Di' } }).gt('id', 0)), [400, 'PGRST124']);
    assert.deepEqual(
      await data(films().upsert([
        { id: 30, title: 'Merged', director: { id: 1 } },
        { id: 31, title: 'Fresh', director: { id: 4, name: 'Di' } },
      ]).select('id, directors(name)').order('id')),
      [{ id: 30, directors: { name: 'Ann' } }, { id: 31, directors: { name: 'Di' } }]);
    await data(films().update({ director: null }).eq('id', 31));
    assert.deepEqual(await data(films().select('director_id').eq('id', 31).single()), { director_id: null });
  });

  await t.test('what a write shows, and what the database fills in', async () => {
    assert.deepEqual(
      await data(films().update({ year: 3 }).gte('id', 30).select('id, directors!inner(name)').order('id')),
      [{ id: 30, directors: { name: 'Ann' } }]);
    assert.deepEqual(ids(await data(films().select('id').eq('year', 3).order('id'))), [30, 31]);
    const listed = await data(
      admin.from('listings').insert([{ id: 1, code: 'mine' }, { id: 2 }, { id: 3, code: 'too' }], { defaultToNull: false })
        .select('id, code').order('id'));
    assert.deepEqual(listed, [{ id: 1, code: 'mine' }, { id: 2, code: 'c7' }, { id: 3, code: 'too' }]);
    await data(films().delete().gte('id', 30));
  });

  await t.test('rights', async () => {
    assert.deepEqual(await code(anon.from('vault').select()), [401, '42501']);
    assert.deepEqual(await code(anon.from('directors').insert({ id: 9, name: 'x' })), [401, '42501']);
    assert.deepEqual(ids(await data(anon.from('directors').select('id').lte('id', 2).order('id'))), [1, 2]);
  });

  await t.test('the root document', async () => {
    const answer = await fetch(`${url}/rest/v1/`, { headers: { apikey: keys.secret_key } });
    const document = await answer.json();
    assert.equal(document.swagger, '2.0');
    assert.ok(document.paths['/films'].get && document.definitions.films.properties.title);
  });
});
