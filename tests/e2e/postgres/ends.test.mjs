// [rest] tx_end, and what the function before requests sets of the answer. Without Debian's package the tests skip.
import assert from 'node:assert/strict';
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
  id   Int    @id
  text String
  @@allow('all', true)
  @@map("notes")
}
`;

const prepared = `
CREATE FUNCTION keep(id int) RETURNS int LANGUAGE sql AS $$INSERT INTO notes VALUES (id, 'kept') RETURNING id$$;
CREATE FUNCTION before() RETURNS void LANGUAGE plpgsql AS $$DECLARE
  wish text := current_setting('request.headers', true)::json->>'x-wish';
BEGIN
  IF wish = 'both' THEN
    PERFORM set_config('response.headers', '[{"X-Before": "yes"}, {"Cache-Control": "no-store"}]', true);
    PERFORM set_config('response.status', '207', true);
  ELSIF wish = 'bad headers' THEN
    PERFORM set_config('response.headers', 'nonsense', true);
  ELSIF wish = 'bad status' THEN
    PERFORM set_config('response.status', 'two', true);
  END IF;
END$$;
CREATE ROLE web_anon NOLOGIN; CREATE ROLE gate LOGIN NOINHERIT; GRANT web_anon TO gate; GRANT ALL ON notes TO web_anon;
`;

async function start(t, rest, login = 'postgres') {
  const database = await startServer(t);
  const made = folder(t);
  const write = (text, user) => writeFileSync(path.join(made, 'trivet.toml'),
    `[database]\nurl = "${database.url.replace('postgres@', `${user}@`)}"\n[rest]\n${text}`, { mode: 0o600 });
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  write('', 'postgres');
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const done = database.sql(prepared);
  assert.equal(done.status, 0, done.stderr);
  write(rest, login);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const ask = async (place, { method = 'GET', headers = {}, body } = {}) => {
    const answer = await fetch(`${server.url}/rest/v1${place}`, { method, body: body && JSON.stringify(body),
      headers: { ...(login === 'postgres' ? { apikey: keys.publishable_key } : {}), 'Content-Type': 'application/json', ...headers } });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, json: text ? JSON.parse(text) : undefined };
  };
  const rows = () => Number(database.sql('SELECT count(*) FROM notes').stdout.trim());
  return { ask, rows, made };
}

// What is answered, what is told as applied, and whether it stays: without a wish, and with each.
for (const [end, none, kept, undone] of [['commit', 1, 1, 1], ['commit-allow-override', 1, 1, 0], ['rollback', 0, 0, 0],
  ['rollback-allow-override', 0, 1, 0]]) {
  test(`tx_end = ${end}`, { skip }, async (t) => {
    const { ask, rows } = await start(t, `tx_end = "${end}"\nfunctions = ["keep"]\n`);
    let id = 0;
    for (const [wish, stays] of [['', none], ['tx=commit', kept], ['tx=rollback', undone]]) {
      const before = rows();
      const headers = { Prefer: ['return=representation', wish].filter(Boolean).join(', ') };
      const written = await ask('/notes', { method: 'POST', headers, body: { id: ++id, text: 'x' } });
      assert.deepEqual([written.status, written.json], [201, [{ id, text: 'x' }]]);
      const applied = written.headers.get('preference-applied');
      assert.equal(applied.includes('tx='), end.endsWith('override') && wish !== '', applied);
      assert.equal(rows() - before, stays, `a row, ${wish}`);
      const called = await ask('/rpc/keep', { method: 'POST', headers: wish ? { Prefer: wish } : {}, body: { id: ++id } });
      assert.deepEqual([called.status, called.json], [200, id]);
      assert.equal(rows() - before, stays * 2, `a call, ${wish}`);
    }
  });
}

test('the function before requests says of the answer what it likes', { skip }, async (t) => {
  const { ask, rows, made } = await start(t,
    'authority = "database"\nanonymous_role = "web_anon"\npre_request = "public.before"\n', 'gate');
  const both = { 'X-Wish': 'both' };
  for (const request of [{}, { method: 'HEAD' }, { method: 'POST', body: { id: 1, text: 'a' } },
    { method: 'POST', body: { id: 2, text: 'b' }, more: { Prefer: 'return=representation' } }]) {
    const answer = await ask('/notes', { ...request, headers: { ...both, ...request.more } });
    assert.equal(answer.status, 207, JSON.stringify(request));
    assert.equal(answer.headers.get('x-before'), 'yes');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  }
  assert.equal(rows(), 2);
  const plain = await ask('/notes?select=id&order=id');
  assert.deepEqual([plain.status, plain.headers.get('x-before'), plain.json], [200, null, [{ id: 1 }, { id: 2 }]]);
  for (const [wish, code] of [['bad headers', 'PGRST111'], ['bad status', 'PGRST112']]) {
    const bad = await ask('/notes', { headers: { 'X-Wish': wish } });
    assert.deepEqual([bad.status, bad.json.code], [500, code]);
  }
  const refused = run(['serve', made, '--set', 'rest.tx_end=never']);
  assert.match(refused.stderr, /rest\.tx_end/);
});
