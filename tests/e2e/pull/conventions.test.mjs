// Databases of frameworks, pulled with `--from`: tests/cases/pull/conventions, X.sql → X.zmodel.
// `node conventions.test.mjs --write` writes the schemas anew.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { folder, json, must, post, root, run, serve } from '../cli/support.mjs';

const cases = path.join(root, 'tests/cases/pull/conventions');

function pull(t, framework, more = '') {
  const made = folder(t);
  const file = path.join(made, 'data.db');
  const database = new DatabaseSync(file);
  database.exec(readFileSync(path.join(cases, `${framework}.sql`), 'utf8') + more);
  database.close();
  const done = run(['db', 'pull', `file:${file}`, '-C', made, '--from', framework]);
  assert.equal(done.status, 0, done.stderr);
  return { made, schema: path.join(made, 'schema.zmodel'), told: done.stderr };
}

const told = {
  django: [/"auth_user"."date_joined" is filled by Django/, /"shop_item"."created" is filled by Django/],
  rails: [/"users"."created_at" is filled by Rails/, /"blog_posts_labels" has no key/],
  aspnet: [/"Posts"."CreatedAt" is filled by ASP.NET/],
  laravel: [],
};

for (const framework of readdirSync(cases).filter((name) => name.endsWith('.sql')).map((name) => name.slice(0, -4))) {
  test(`pull --from ${framework}`, (t) => {
    const pulled = pull(t, framework);
    const text = readFileSync(pulled.schema, 'utf8').replace(/^datasource[^}]*}\n\n?/, '');
    const expected = path.join(cases, `${framework}.zmodel`);
    if (process.argv.includes('--write')) writeFileSync(expected, text);
    assert.equal(text, readFileSync(expected, 'utf8'));
    for (const warning of told[framework]) assert.match(pulled.told, warning);
    assert.equal(pulled.told.match(/is filled by/g)?.length ?? 0, told[framework].filter((line) => /filled/.test(line)).length);
    // No layout is changed by it, and what was written stays without the word too.
    assert.match(must(['db', 'push', pulled.made, '--dry-run']), /is what the schema says/);
    for (const words of [['--from', framework], []])
      assert.match(must(['db', 'pull', '-C', pulled.made, ...words]), /the schema is what the database is/);
  });
}

test('conventions hold when they are served', async (t) => {
  const { made, schema } = pull(t, 'laravel', `INSERT INTO users (id, name, password) VALUES (1, 'ann', 'hash');
    INSERT INTO posts (id, title, user_id, deleted_at) VALUES (1, 'here', 1, NULL), (2, 'gone', 1, '2024-01-01T00:00:00.000+00:00');`);
  writeFileSync(schema, readFileSync(schema, 'utf8').replaceAll(/model (users|posts) \{/g, "$&\n  @@allow('all', true)"));
  const { publishable_key: key } = JSON.parse(must(['keys', made, '--json']));
  const api = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const call = (target, options = {}) =>
    json(`${api.url}/rest/v1/${target}`, { ...options, headers: { ...options.headers, apikey: key } });
  assert.deepEqual((await call('posts?select=title')).body, [{ title: 'here' }]);
  assert.deepEqual((await call('users?select=name,posts(title)')).body, [{ name: 'ann', posts: [{ title: 'here' }] }]);
  assert.equal((await call('users?select=name,password')).body.code, '42501');
  assert.ok((await call('users?id=eq.1', { ...post({ password: 'x' }), method: 'PATCH' })).status >= 400);
  const changed = await call('posts?id=eq.1', { ...post({ title: 'there' }), method: 'PATCH' });
  assert.equal(changed.status, 200, changed.text);
  assert.match(changed.body[0].updated_at, /^20\d\d-/);
  assert.ok((await call('sessions')).status >= 400);
});

test('only frameworks that are known', (t) => {
  assert.equal(run(['db', 'pull', '-C', folder(t), '--from', 'cobol']).status, 2);
});
