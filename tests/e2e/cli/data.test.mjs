// db push and rekey, import and export.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, run, trivet } from './support.mjs';

const schema = `datasource db {
  provider = "sqlite"
  url      = "file:./data.db"
}

model Country {
  code   String @id
  name   String
  cities City[]
  tags   Tag[]
}

model City {
  id          Int      @id @default(autoincrement())
  name        String
  note        String?
  area        Decimal?
  seen        DateTime?
  big         Boolean  @default(false)
  country     Country? @relation(fields: [countryCode], references: [code])
  countryCode String?  @map("country_code")
}

model Tag {
  id        Int       @id @default(autoincrement())
  label     String    @unique
  countries Country[]
}
`;

function project(t) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  must(['db', 'push', made]);
  return made;
}

const importText = (made, model, text, format, ...more) =>
  run(['import', model, '-', '--format', format, '-C', made, '--json', ...more], { input: text });
const exported = (made, model, format) => must(['export', model, '-', '--format', format, '-C', made, '--quiet']);

test('db push: idempotent, refuses to lose data, says what, and does it when told', (t) => {
  const made = project(t);
  assert.match(must(['db', 'push', made]), /is what the schema says/);
  importText(made, 'City', '{"name":"Ulm","note":"minster"}\n', 'ndjson');
  const file = path.join(made, 'schema.zmodel');
  writeFileSync(file, schema.replace('  note        String?\n', ''));
  const refused = run(['db', 'push', made]);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /note/);
  assert.match(refused.stderr, /--accept-data-loss/);
  assert.equal(JSON.parse(run(['db', 'push', made, '--json']).stdout).losses.length, 1);
  assert.equal(run(['export', 'City', '-', '--format', 'csv', '-C', made]).status, 1, 'not in sync');
  assert.match(must(['db', 'push', made, '--dry-run']), /City/);
  must(['db', 'push', made, '--accept-data-loss']);
  assert.ok(!exported(made, 'City', 'ndjson').includes('minster'));
});

test('what is exported is imported again as the same rows, in every format', (t) => {
  const made = project(t);
  const rows = [
    { id: 1, name: 'Ulm', note: null, area: 118.69, seen: '2024-01-31T12:34:56+00:00', big: true, country_code: null },
    { id: 2, name: 'a "quoted", lines\nlong', note: '', area: null, seen: null, big: false, country_code: null },
    { id: 3, name: 'NULL', note: 'Füße 🦶', area: -0.5, seen: null, big: false, country_code: null },
  ];
  const first = importText(made, 'City', JSON.stringify(rows), 'json');
  assert.equal(first.status, 0, first.stderr);
  assert.equal(JSON.parse(first.stdout).rows, 3);
  const before = exported(made, 'City', 'ndjson');
  assert.equal(before.trim().split('\n').length, 3);
  for (const format of ['csv', 'json', 'ndjson']) {
    const other = project(t);
    const file = path.join(other, `cities.${format}`);
    must(['export', 'City', file, '-C', made]);
    must(['import', 'City', file, '-C', other]);
    assert.equal(exported(other, 'City', 'ndjson'), before, format);
  }
});

test('an export is one moment of the table, whatever is written meanwhile', async (t) => {
  const made = project(t);
  const names = (from, count) => Array.from({ length: count }, (_, i) =>
    JSON.stringify({ id: from + i, name: `city ${from + i} ${'x'.repeat(60)}` })).join('\n');
  assert.equal(importText(made, 'City', names(1, 20000), 'ndjson').status, 0);
  const child = spawn(trivet, ['export', 'City', '-', '--format', 'ndjson', '-C', made, '--quiet'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  // The rows don't fit into the pipe, so the export has begun and can't have ended.
  await once(child.stdout, 'readable');
  assert.equal(importText(made, 'City', names(20001, 500), 'ndjson').status, 0);
  const renamed = importText(made, 'City', names(1, 20000).replaceAll('city', 'town'), 'ndjson', '--upsert');
  assert.equal(renamed.status, 0, renamed.stderr);
  assert.equal(child.exitCode, null);
  const lines = (await child.stdout.toArray()).join('').trim().split('\n');
  assert.equal(await ended, 0);
  assert.equal(lines.length, 20000);
  assert.equal(lines.filter((line) => line.includes('town')).length, 0);
  const file = path.join(made, 'after.ndjson');
  must(['export', 'City', file, '-C', made, '--quiet']);
  assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 20500);
});

test('relation fields connect and create', (t) => {
  const made = project(t);
  const countries = [
    { code: 'DE', name: 'Germany', tags: [{ label: 'eu' }], cities: [{ name: 'Ulm', big: false }] },
    { code: 'FR', name: 'France' },
  ];
  assert.equal(importText(made, 'Tag', '{"label":"eu"}', 'ndjson').status, 0);
  const done = importText(made, 'Country', JSON.stringify(countries), 'json');
  assert.equal(done.status, 0, done.stderr);
  const city = importText(made, 'City', '{"name":"Metz","country":{"code":"FR"}}', 'ndjson');
  assert.equal(city.status, 0, city.stderr);
  const cities = exported(made, 'City', 'ndjson').trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(cities.map((row) => [row.name, row.country_code]), [['Ulm', 'DE'], ['Metz', 'FR']]);
  assert.equal(exported(made, 'Tag', 'ndjson').trim().split('\n').length, 1);
});

test('bad rows are reported with their lines; --skip-bad goes on', (t) => {
  const made = project(t);
  const text = 'name,big\nUlm,true\nMetz,perhaps\nBern,false\n"too",many,fields\nLyon,no\n';
  const stopped = importText(made, 'City', text, 'csv');
  assert.equal(stopped.status, 1);
  assert.match(stopped.stderr, /-:3: .*boolean.*perhaps/);
  assert.equal(JSON.parse(stopped.stdout).rows, 1);
  const skipped = importText(made, 'City', text, 'csv', '--skip-bad');
  assert.equal(skipped.status, 0, skipped.stderr);
  assert.deepEqual([JSON.parse(skipped.stdout).rows, JSON.parse(skipped.stdout).bad_rows], [3, 2]);
  assert.match(skipped.stderr, /-:5: /);

  const lines = ['DE', 'FR', 'DE', 'IT'].map((code) => JSON.stringify({ code, name: code })).join('\n');
  const twice = importText(made, 'Country', lines, 'ndjson', '--skip-bad');
  assert.match(twice.stderr, /-:3: duplicate key/);
  assert.equal(JSON.parse(twice.stdout).rows, 3);
  assert.match(importText(made, 'Country', '{"cod":1}', 'ndjson').stderr, /no field cod.*code/);
  assert.match(importText(made, 'Contry', '{}', 'ndjson').stderr, /no model Contry.*Country/);
});

test('--upsert replaces rows whose key is there', (t) => {
  const made = project(t);
  importText(made, 'Country', '{"code":"DE","name":"Old"}\n{"code":"FR","name":"France"}', 'ndjson');
  assert.equal(importText(made, 'Country', '{"code":"DE","name":"x"}', 'ndjson').status, 1);
  const rows = '{"code":"DE","name":"New"}\n{"code":"IT","name":"Italy"}';
  const done = importText(made, 'Country', rows, 'ndjson', '--upsert');
  assert.equal(done.status, 0, done.stderr);
  assert.equal(exported(made, 'Country', 'csv'), 'code,name\nDE,New\nFR,France\nIT,Italy\n');
});

test('rekey encrypts the file; without the key it is closed', (t) => {
  const made = project(t);
  importText(made, 'Country', '{"code":"DE","name":"Germany"}', 'ndjson');
  must(['db', 'rekey', made], { env: { ...process.env, TRIVET_DATABASE_NEW_KEY: 'sesame' } });
  assert.ok(!readFileSync(path.join(made, 'data.db')).subarray(0, 15).toString('latin1').startsWith('SQLite format'));
  assert.equal(run(['export', 'Country', '-', '--format', 'csv', '-C', made]).status, 1);
  const env = { ...process.env, TRIVET_DATABASE_KEY: 'sesame' };
  assert.match(must(['export', 'Country', '-', '--format', 'csv', '-C', made], { env }), /Germany/);
  must(['db', 'rekey', made, '--decrypt'], { env });
  assert.match(exported(made, 'Country', 'csv'), /Germany/);
  assert.equal(run(['db', 'rekey', made]).status, 2);
  const server = run(['db', 'rekey', made, '--decrypt', '--database-url', 'postgres://nobody@localhost/x']);
  assert.equal(server.status, 1);
  assert.match(server.stderr, /`db rekey` is for SQLite/);
});
