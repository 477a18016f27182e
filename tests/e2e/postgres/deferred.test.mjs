// Constraints that are checked when a transaction commits, as Django makes them: who breaks one hears of it, and nobody else.
import assert from 'node:assert/strict';
import test from 'node:test';
import { json, must, post, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';
import { keysOf, onPostgres } from './support.mjs';

const schema = `datasource db {
  provider = "sqlite"
}
model Parent {
  id       Int     @id
  children Child[]
  @@allow('all', true)
}
model Child {
  id       Int    @id
  parentId Int
  parent   Parent @relation(fields: [parentId], references: [id])
  @@allow('all', true)
}
`;

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';

test('a key that is checked at commit fails who broke it', { skip }, async (t) => {
  const database = await startServer(t);
  const made = onPostgres(t, schema, database.url);
  const headers = { apikey: keysOf(made).publishable_key };
  must(['db', 'push', made]);
  const deferred = database.sql(`ALTER TABLE "Child" ALTER CONSTRAINT "Child_parentId_fkey" DEFERRABLE INITIALLY DEFERRED`);
  assert.equal(deferred.status, 0, deferred.stderr);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--set', 'server.threads=1', '--set', 'database.connections=1']);
  const rest = `${server.url}/rest/v1`;
  const asked = Array.from({ length: 120 }, (_, i) => {
    if (i % 3 === 0) return json(`${rest}/Child`, post({ id: i, parentId: 999 }, headers));
    if (i % 3 === 1) return json(`${rest}/Parent`, post({ id: i }, headers));
    return json(`${rest}/Parent?id=lt.0`, { headers });
  });
  const answers = await Promise.all(asked);
  answers.forEach(({ status, body }, i) => {
    if (i % 3 === 0) assert.deepEqual([status, body.code], [409, '23503'], JSON.stringify(body));
    else assert.equal(status, i % 3 === 1 ? 201 : 200, JSON.stringify(body));
  });
  assert.equal(database.sql('SELECT count(*) FROM "Parent"').stdout.trim(), '40');
  assert.equal(database.sql('SELECT count(*) FROM "Child"').stdout.trim(), '0');
});
