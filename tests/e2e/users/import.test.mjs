// `trivet users import`: people of other systems sign in with the passwords that they had there.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, root, run, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from '../postgres/server.mjs';

const password = 'correct horse ü';
const cases = path.join(root, 'tests/cases/users');
const bcrypt = '$2a$04$abcdefghijklmnopqrstuujF7xYRGlruqbhzUFxAkw6PpBCswQb.m';
const quiet = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };
const guid = '0189f7a4-7c3f-4a8e-9a52-6f2b4c1d0e3f';

// What each system's own file holds, beside ann with the password above.
const systems = {
  django: {
    file: 'django.csv', options: ['--confirmed'], users: 3, banned: 'eve@example.com', created: '2020-02-03T04:05:06.789',
    metadata: { username: 'ann', first_name: 'Ann', last_name: 'Lee' },
  },
  rails: {
    file: 'rails.ndjson', users: 2, unconfirmed: 'bob@example.com', metadata: { name: 'Ann' }, created: '2021-01-01T00:00:00',
  },
  aspnet: { file: 'aspnet.csv', users: 2, banned: 'eve@example.com', metadata: { username: 'ann' }, id: guid },
  firebase: {
    file: 'firebase.json', options: ['--hash-config', path.join(cases, 'firebase.conf')], users: 2,
    metadata: { name: 'Ann' }, created: '2020-01-01T00:00:00',
  },
  supabase: {
    file: 'supabase.json', users: 1, left_out: 1, metadata: { nick: 'A', sub: 'x' }, id: guid, plan: 'pro',
    created: '2022-01-01T00:00:00',
  },
};

function makeProject(t, databaseUrl) {
  const made = folder(t);
  const provider = databaseUrl ? 'postgresql' : 'sqlite';
  writeFileSync(path.join(made, 'schema.zmodel'), `datasource db {\n  provider = "${provider}"\n}\nmodel Note {\n  id Int @id\n}\n`);
  const database = databaseUrl ? `[database]\nurl = "${databaseUrl}"\n` : '';
  writeFileSync(path.join(made, 'trivet.toml'), `${database}[auth]\nenabled = true\n`, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  return { made, keys };
}

const importing = (made, name) => ['users', 'import', path.join(cases, systems[name].file), '--from', name, '-C', made,
  '--json', ...(systems[name].options ?? [])];

async function move(t, name, databaseUrl) {
  const system = systems[name];
  const { made, keys } = makeProject(t, databaseUrl);
  const words = importing(made, name);
  const wanted = { users: system.users, bad: 0, left_out: system.left_out ?? 0, known: 0 };
  const dry = JSON.parse(must([...words, '--dry-run']));
  assert.deepEqual({ users: dry.users, bad: dry.bad, left_out: dry.left_out, known: dry.known }, wanted);
  const done = JSON.parse(must(words));
  assert.deepEqual([done.users, done.bad, done.dry_run], [system.users, 0, false]);
  // Once more: all are known.
  const again = run(words);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /is there already/);
  assert.equal(JSON.parse(must([...words, '--skip-known'])).known, system.users);

  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const client = () => createClient(server.url, keys.publishable_key, quiet);
  const admin = createClient(server.url, keys.secret_key, quiet).auth.admin;
  const enter = (email, word = password) => client().auth.signInWithPassword({ email, password: word });
  assert.equal((await enter('ann@example.com', 'wrong')).error?.code, 'invalid_credentials');
  for (let time = 0; time < 2; ++time) {
    const { data, error } = await enter('ann@example.com');
    assert.equal(error, null);
    const { user } = data;
    assert.deepEqual(user.user_metadata, system.metadata);
    assert.equal(user.identities[0].provider, 'email');
    if (system.id) assert.equal(user.id, system.id);
    if (system.plan) assert.equal(user.app_metadata.plan, system.plan);
    else if (!system.id) assert.equal(user.app_metadata.imported_from, name);
    if (system.created) assert.ok(user.created_at.startsWith(system.created), user.created_at);
  }
  if (system.banned) {
    const { data: { users } } = await admin.listUsers();
    assert.ok(new Date(users.find(({ email }) => email === system.banned).banned_until) > new Date('2190-01-01'));
    assert.equal((await enter(system.banned)).error?.code, 'user_banned');
  }
  if (system.unconfirmed) assert.equal((await enter(system.unconfirmed)).error?.code, 'email_not_confirmed');
  assert.equal(await server.stop(), 0);
  return made;
}

test('users of other systems on SQLite', async (t) => {
  for (const name of Object.keys(systems)) {
    await t.test(name, async (inner) => {
      const made = await move(inner, name);
      const { DatabaseSync } = await import('node:sqlite');
      const { readdirSync } = await import('node:fs');
      const db = new DatabaseSync(path.join(made, readdirSync(made).find((file) => file.endsWith('.db'))), { readOnly: true });
      const { password: hash } = db.prepare('SELECT password FROM _trivet_auth_users WHERE email = ?').get('ann@example.com');
      db.close();
      assert.match(hash, /^\$argon2id\$/);  // since the first sign-in
    });
  }
});

test('users of other systems on PostgreSQL', { skip: isInstalled ? false : 'the package postgresql-15 is not installed' }, async (t) => {
  const database = await startServer(t);
  database.sql('CREATE DATABASE rails');
  await move(t, 'rails', database.url.replace(/postgres$/, 'rails'));
});

test('our own columns, bad rows by line, many at once', (t) => {
  const { made } = makeProject(t);
  const file = path.join(made, 'users.ndjson');
  const importFile = (rows, ...more) => {
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
    return run(['users', 'import', file, '-C', made, '--json', ...more]);
  };
  const bad = [
    [{ email: 'x' }, /:1: Unable to validate email address/],
    [{ id: 1 }, /:1: there is no email/],
    [{ email: 'a@example.com', password_hash: 'md5$x$y-a-secret' }, /:1: password_hash: /],
    [{ email: 'a@example.com', password: 'secret' }, /passwords themselves aren't taken/],
    [{ email: 'a@example.com', role: 'service_role' }, /nobody becomes service_role/],
    [{ email: 'a@example.com', created_at: 'yesterday' }, /created_at is no time/],
    [{ email: 'a@example.com', user_metadata: [1] }, /user_metadata is no JSON object/],
    [{ email: 'a@example.com', email_confirmed: 'maybe' }, /email_confirmed is no true or false/],
  ];
  for (const [row, message] of bad) {
    const done = importFile([row]);
    assert.equal(done.status, 1);
    assert.match(done.stderr, message);
    assert.ok(!done.stderr.includes('a-secret'));
  }
  const many = Array.from({ length: 1500 }, (_, n) => ({
    email: `user${n}@example.com`, password_hash: bcrypt, email_confirmed: true, user_metadata: { n },
  }));
  many[700] = { email: 'nobody' };
  const skipped = importFile(many, '--skip-bad');
  assert.equal(skipped.status, 0, skipped.stderr);
  assert.match(skipped.stderr, /:701: Unable/);
  const { users, bad: count, unconfirmed } = JSON.parse(skipped.stdout);
  assert.deepEqual([users, count, unconfirmed], [1499, 1, 0]);
  const twice = importFile([{ id: 7, email: 'a@example.com' }, { id: 7, email: 'b@example.com' }]);
  assert.match(twice.stderr, /:2: the file has this id twice/);
  assert.match(importFile([{ email: 'a@example.com' }], '--set', 'auth.enabled=false').stderr, /auth\.enabled is off/);
});
