// [rest] plans: what PostgreSQL says of a read's statement, for whom asks by media type, as postgrest-js' explain() does (issue 3).
// Without Debian's package the tests skip.
import { PostgrestClient } from '@supabase/postgrest-js';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, run, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';

const schema = `datasource db {
  provider = "postgresql"
}
model Note {
  id     Int    @id
  owner  String
  author Author @relation(fields: [owner], references: [name])
  @@allow('read', owner != 'hidden')
  @@map("notes")
}
model Author {
  name  String @id
  notes Note[]
  @@allow('read', true)
  @@map("authors")
}
model Closed {
  id Int @id
  @@map("closed")
}
`;

async function start(t, database, settings) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  writeFileSync(path.join(made, 'trivet.toml'), settings, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made, '--set', `database.url=${database.url}`]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const headers = { apikey: keys.publishable_key };
  const ask = async (query, accept, more = {}) => {
    const answer = await fetch(`${server.url}/rest/v1/${query}`, { ...more, headers: { ...headers, Accept: accept, ...more.headers } });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  return { server, ask, client: new PostgrestClient(`${server.url}/rest/v1`, { headers }) };
}

test('plans are told where they are asked for and allowed', { skip }, async (t) => {
  const database = await startServer(t);
  const { server, ask, client } = await start(t, database, `[database]\nurl = "${database.url}"\n[rest]\nplans = true\n`);
  assert.equal(database.sql("INSERT INTO authors VALUES ('a'); INSERT INTO notes VALUES (1, 'a')").status, 0);

  const text = await client.from('notes').select('id,authors(name)').eq('id', 1).explain();
  assert.equal(text.error, null);
  assert.match(text.data, /notes_pkey/);
  assert.match(text.data, /hidden/, 'what the rules add is part of it');
  assert.doesNotMatch(text.data, /actual time/);
  const json = await client.from('notes').select('id').explain({ analyze: true, format: 'json', verbose: true, buffers: true });
  const told = typeof json.data === 'string' ? JSON.parse(json.data) : json.data;
  assert.equal(told[0].Plan['Actual Rows'], 1);
  assert.ok(Array.isArray(told[0].Plan.Output));

  const plain = await ask('notes?limit=1', 'application/vnd.pgrst.plan; for="text/csv"; options=settings|analyze;');
  assert.equal(plain.status, 200);
  assert.equal(plain.type, 'application/vnd.pgrst.plan+text; for="text/csv"; options=analyze|settings; charset=utf-8');
  assert.match(plain.text, /^Limit .*\n/);
  // The rows' own answer to the same query is not in the plan's place, nor the other way round.
  assert.equal((await ask('notes?limit=1', 'application/json')).text, '[{"id":1,"owner":"a"}]');
  const head = await ask('notes', 'application/vnd.pgrst.plan', { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
  const denied = await ask('closed', 'application/vnd.pgrst.plan');
  assert.deepEqual([denied.status, JSON.parse(denied.text).code], [401, '42501']);
  const write = await ask('notes?id=eq.1', 'application/vnd.pgrst.plan+json', { method: 'DELETE' });
  assert.deepEqual([write.status, JSON.parse(write.text).code], [406, 'PGRST107']);
  assert.equal(database.sql('SELECT count(*) FROM notes').stdout.trim(), '1');
  assert.equal(await server.stop(), 0);
});

test('plans are not told by default', { skip }, async (t) => {
  const database = await startServer(t);
  const { server, ask } = await start(t, database, `[database]\nurl = "${database.url}"\n`);
  const answer = await ask('notes', 'application/vnd.pgrst.plan+json');
  assert.equal(answer.status, 406);
  assert.equal(JSON.parse(answer.text).message,
    'None of these media types are available: application/vnd.pgrst.plan+json; for="application/json"');
  const small = folder(t);
  writeFileSync(path.join(small, 'schema.zmodel'), 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n}\n');
  must(['keys', small]);
  must(['db', 'push', small]);
  const refused = run(['serve', small, '--listen', '127.0.0.1:0', '--set', 'rest.plans=true']);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /rest\.plans: this kind of database tells no plans/);
  assert.equal((await ask('notes', 'application/vnd.pgrst.plan, application/json;q=0.5')).text, '[]');
  assert.equal(await server.stop(), 0);
});

test('where the database decides, the plan is that of the caller\'s role', { skip }, async (t) => {
  const database = await startServer(t);
  assert.equal(database.sql("CREATE ROLE gate LOGIN NOINHERIT; CREATE ROLE anon; CREATE ROLE web; GRANT anon, web TO gate;").status, 0);
  const secret = 'a secret of this test, which is long enough';
  const { server, ask } = await start(t, database, `[database]\nurl = "${database.url.replace('postgres@', 'gate@')}"\n` +
    `[auth]\njwt_secret = "${secret}"\n[rest]\nplans = true\nauthority = "database"\n`);
  const granted = database.sql("ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes TO web USING (owner = 'me');" +
    'GRANT SELECT ON notes TO web');
  assert.equal(granted.status, 0, granted.stderr);
  const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ exp: 4102444800, role: 'web' })}`;
  const token = `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
  const own = await ask('notes', 'application/vnd.pgrst.plan', { headers: { apikey: '', Authorization: `Bearer ${token}` } });
  assert.match(own.text, /owner = 'me'/);
  const denied = await ask('notes', 'application/vnd.pgrst.plan');
  assert.deepEqual([denied.status, JSON.parse(denied.text).message], [401, 'permission denied for table notes']);
  assert.equal(await server.stop(), 0);
});
