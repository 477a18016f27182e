// trivet-check rule.eval: one rule on one row.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const program = process.env.TRIVET_CHECK ?? path.join(root, 'build/bin/trivet-check');

function ask(requests) {
  const input = requests.map((request) => JSON.stringify(request)).join('\n');
  const done = spawnSync(program, { encoding: 'utf8', input });
  assert.equal(done.status, 0);
  return done.stdout.trim().split('\n').map((line) => JSON.parse(line));
}

const schema = `datasource db { provider = "sqlite" }
model User {
  id    Int    @id
  rank  Int
  notes Note[]
}
model Note {
  id      Int     @id
  open    Boolean @default(false)
  ownerId Int
  owner   User    @relation(fields: [ownerId], references: [id])
  @@allow('read', open || owner.rank > 5)
  @@allow('update', owner == auth())
  @@deny('update', open)
}`;

test('rules of own fields, of related rows and of the caller', () => {
  const one = (op, auth, row, rank = 1) =>
    ({ op: 'rule.eval', schema, auth, row: { id: 1, ownerId: 7, ...row }, data: { User: [{ id: 7, rank }] }, operation: op });
  const cases = [
    ['read', null, { open: true }, 1, true],
    ['read', null, {}, 1, false],
    ['read', null, {}, 6, true],
    ['update', { id: 7 }, {}, 1, true],
    ['update', { id: 8 }, {}, 1, false],
    ['update', null, {}, 1, false],
    ['update', { id: 7 }, { open: true }, 1, false],
    ['update', { role: 'service_role' }, { open: true }, 1, true],
    ['delete', { id: 7 }, {}, 1, false],
  ];
  const answers = ask(cases.map(([op, auth, row, rank]) => one(op, auth, row, rank)));
  assert.deepEqual(answers, cases.map((one) => ({ ok: true, allowed: one[4] })));
});

test('what can not be asked', () => {
  const base = { op: 'rule.eval', schema, model: 'Note', operation: 'read', row: { id: 1, ownerId: 7 } };
  const answers = ask([{ ...base, model: 'Nope' }, { ...base, operation: 'post-update' }, { ...base, schema: 'model' }, base,
    { ...base, data: { Note: [] } }]);
  for (const answer of answers) {
    assert.equal(answer.ok, false);
    assert.equal(typeof answer.error, 'string');
  }
});
