// tests/cases/pull/*.sql against Prisma's introspection and against the schemas beside them.
//
// A case whose first line says `-- differs: reason` differs from Prisma on purpose: then the two must indeed differ, so
// that the list stays true. Two differences are everywhere and taken out first: Prisma names the indexes that a UNIQUE
// inside a table made (sqlite_autoindex_…; no other database could be given them), and its comments are its own.
// `node prisma.test.mjs --write` rewrites the schemas.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, root, run } from '../cli/support.mjs';
import { introspect, openDatabase } from './prisma_engine.mjs';

const cases = path.join(root, 'tests/cases/pull');
const names = readdirSync(cases).filter((name) => name.endsWith('.sql')).map((name) => name.slice(0, -4)).sort();

// Without datasource, generator and comments, laid out by one hand.
function plain(text) {
  const blocks = text.replace(/^(datasource|generator) [^}]*}\n/gm, '').replace(/^\s*\/\/\/.*\n/gm, '')
    .replace(/@unique\(map: "sqlite_autoindex_[^"]*"\)/g, '@unique')
    .replace(/, map: "sqlite_autoindex_[^"]*"/g, '');
  const done = run(['format', '-'], { input: blocks });
  return done.status === 0 ? done.stdout.trim() : blocks.trim();
}

function pull(t, name) {
  const made = folder(t);
  const file = path.join(made, 'data.db');
  const script = readFileSync(path.join(cases, `${name}.sql`), 'utf8');
  const database = openDatabase(file, script);
  return { made, file, script, database };
}

for (const name of names) {
  test(`pull: ${name}`, async (t) => {
    const { made, file, script, database } = pull(t, name);
    const ours = must(['db', 'pull', `file:${file}`, '--print', '-C', made]);
    const beside = path.join(cases, `${name}.zmodel`);
    const text = ours.replace(/^datasource[^}]*}\n\n?/, '');
    if (process.argv.includes('--write')) writeFileSync(beside, text);
    assert.equal(text, readFileSync(beside, 'utf8'));

    const theirs = plain(await introspect(database));
    database.close();
    if (script.startsWith('-- differs: ')) assert.notEqual(plain(ours), theirs, 'does not differ any more');
    else assert.equal(plain(ours), theirs);
  });
}
