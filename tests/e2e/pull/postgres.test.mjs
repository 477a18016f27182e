// `trivet db pull` from a real PostgreSQL server: databases that Prisma's engine lays out, and one of PostgreSQL's own.
//
// tests/cases/pull/postgres: X.prisma is laid out by Prisma, pulled (X.zmodel), and found to be what it was; X.sql is a
// script. `node postgres.test.mjs --write` rewrites the schemas.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { after, before } from 'node:test';
import { folder, must, root, run } from '../cli/support.mjs';
import { postgresScript } from './prisma_engine.mjs';
import { isInstalled, startPostgres } from './postgres_server.mjs';

const cases = path.join(root, 'tests/cases/pull/postgres');
let server;
before(async () => { if (isInstalled) server = await startPostgres(); });
after(() => server?.stop());
const skip = isInstalled ? false : 'no PostgreSQL server is installed';

function expectText(name, text) {
  const file = path.join(cases, `${name}.zmodel`);
  const body = text.replace(/^datasource[^}]*}\n\n?/, '');
  if (process.argv.includes('--write')) writeFileSync(file, body);
  assert.equal(body, readFileSync(file, 'utf8'));
}

for (const name of readdirSync(cases).filter((file) => file.endsWith('.prisma')).map((file) => file.slice(0, -7))) {
  test(`pull from PostgreSQL: ${name}`, { skip }, async (t) => {
    const schema = readFileSync(path.join(cases, `${name}.prisma`), 'utf8');
    const url = server.make(await postgresScript(schema));
    const made = folder(t);
    expectText(name, must(['db', 'pull', url, '-C', made, '--print']));
    const file = path.join(made, 'schema.zmodel');
    writeFileSync(file, schema);
    assert.match(must(['db', 'pull', url, '-C', made]), /the schema is what the database is/);
    assert.equal(readFileSync(file, 'utf8'), schema);
    writeFileSync(file, '');
    must(['db', 'pull', url, '-C', made, '--force']);
    assert.match(must(['db', 'pull', url, '-C', made]), /the schema is what the database is/);
  });
}

test('pull from PostgreSQL: what is its own', { skip }, (t) => {
  const script = readFileSync(path.join(cases, 'native.sql'), 'utf8');
  const url = server.make(script);
  const made = folder(t);
  const pulled = run(['db', 'pull', url, '-C', made]);
  assert.equal(pulled.status, 0, pulled.stderr);
  const file = path.join(made, 'schema.zmodel');
  expectText('native', readFileSync(file, 'utf8'));
  for (const warning of [/"customers": CHECK/, /"log" has no key/, /"points_elsewhere": the foreign key/, /"place" is not in the API/])
    assert.match(pulled.stderr, warning);
  assert.match(must(['db', 'pull', url, '-C', made]), /the schema is what the database is/);

  server.run(url, `ALTER TYPE mood ADD VALUE 'angry';
    ALTER TABLE customers ADD COLUMN "rank" int DEFAULT 3, ALTER COLUMN born TYPE timestamptz;
    DROP TABLE log; ALTER TABLE "order lines" ALTER COLUMN customer DROP NOT NULL`);
  const changes = JSON.parse(must(['db', 'pull', url, '-C', made, '--json']));
  assert.deepEqual(changes.removed, ['log']);
  assert.deepEqual(changes.changed.map((model) => model.name).sort(), ['customers', 'mood', 'order_lines']);
  assert.match(must(['db', 'pull', url, '-C', made]), /the schema is what the database is/);
});

test('a PostgreSQL server that is not there', (t) => {
  const done = run(['db', 'pull', 'postgresql://someone:secret@127.0.0.1:1/shop?schema=a', '-C', folder(t)]);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /can't connect/);
  assert.doesNotMatch(done.stderr, /secret/);
});
