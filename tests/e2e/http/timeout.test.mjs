// Statements that nobody should wait for, or does, are interrupted: limits.request_timeout, and clients that leave.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, json, must, run, serve } from '../cli/support.mjs';

const schema = `datasource db {
  provider = "sqlite"
  url      = "file:./data.db"
}

model Line {
  id   Int    @id @default(autoincrement())
  text String

  @@allow('all', true)
}
`;

const rows = 20_000;
// Every row is looked at with every pattern, and none fits: seconds of work.
const heavy = `or=(${Array.from({ length: 200 }, (_, i) => `text.match.q${i}[a-f]+z$`).join(',')})`;

function filled(t) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  must(['db', 'push', made]);
  must(['keys', made]);
  const text = Array.from({ length: rows }, (_, i) => `{"text":"${`q${i % 200}abcdef`.repeat(40)}"}`).join('\n');
  const done = run(['import', 'Line', '-', '--format', 'ndjson', '-C', made], { input: text });
  assert.equal(done.status, 0, done.stderr);
  return made;
}

const expired = { code: '57014', details: null, hint: null, message: 'canceling statement due to statement timeout' };

test('reads and writes that run past the timeout end with 57014; others are served', async (t) => {
  const made = filled(t);
  writeFileSync(path.join(made, 'trivet.toml'), '[limits]\nrequest_timeout = "100ms"\n');
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const url = `${server.url}/rest/v1/Line`;
  const patch = {
    method: 'PATCH', body: '{"text":"changed"}', headers: { 'Content-Type': 'application/json' },
  };
  const began = performance.now();
  // More than the pool has threads, and writes that wait for each other.
  const asked = Array.from({ length: 12 }, (_, i) => json(`${url}?${heavy}`, i % 2 === 0 ? {} : patch));
  for (const answer of await Promise.all(asked)) {
    assert.deepEqual(answer.body, expired);
    assert.equal(answer.status, 500);
  }
  t.diagnostic(`12 answers after ${(performance.now() - began).toFixed(0)} ms`);
  const key = await json(`${url}?id=eq.7&select=id`);
  assert.deepEqual([key.status, key.body], [200, [{ id: 7 }]]);
  const changed = await json(`${url}?text=eq.changed&limit=1`);
  assert.deepEqual([changed.status, changed.body], [200, []]);
  assert.equal(await server.stop(), 0);
});

test('a query whose client has left is interrupted', async (t) => {
  const made = filled(t);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--set', 'limits.request_timeout=10m']);
  const leaving = new AbortController();
  // Counting doubles the work: far longer than the second in which it is noticed.
  const asked = fetch(`${server.url}/rest/v1/Line?${heavy}`,
    { headers: { Prefer: 'count=exact' }, signal: leaving.signal });
  asked.catch(() => {});
  // Reads of the pool are answered meanwhile: it is being worked on.
  assert.equal((await json(`${server.url}/rest/v1/Line?text=eq.none`)).status, 200);
  leaving.abort();
  await server.saw('response.status_code":500');
  assert.equal(await server.stop(), 0);
});
