// Failing half-way, many at once, and being killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { history, layout, sql } from './prisma.mjs';
import { migrateProject, trivet } from './support.mjs';

const user = 'model User {\n  id Int @id\n  name String\n}\n';

function add(project, name, script) {
  mkdirSync(path.join(project.migrations, name), { recursive: true });
  writeFileSync(path.join(project.migrations, name, 'migration.sql'), script);
}

function start(project, ...words) {
  const child = spawn(trivet, ['migrate', ...words], { cwd: project.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  child.out = '';
  child.err = '';
  child.stdout.on('data', (text) => { child.out += text; });
  child.stderr.on('data', (text) => { child.err += text; });
  child.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  return child;
}

test('the second statement fails: nothing of it stays, and deploy may try again', (t) => {
  const project = migrateProject(t, user);
  project.must('dev');
  sql(project.database, "INSERT INTO User VALUES (1, 'a'), (2, 'a')");
  add(project, '29990101000000_bad', 'ALTER TABLE "User" ADD COLUMN "x" TEXT;\nCREATE UNIQUE INDEX "User_name_key" ON "User"("name");\n');
  add(project, '29990101000001_good', 'CREATE TABLE "Later" ("id" INTEGER);\n');
  const failed = project.run('deploy');
  assert.equal(failed.status, 1);
  assert.match(failed.stderr, /29990101000000_bad failed: statement 2 failed: UNIQUE constraint failed: User.name/);
  assert.deepEqual(Object.keys(layout(project.database)), ['User']);
  assert.equal(layout(project.database).User.columns.length, 2);
  const [, record] = history(project.database);
  assert.equal(record.finished_at, null);
  assert.notEqual(record.rolled_back_at, null);
  assert.match(record.logs, /UNIQUE constraint failed/);
  sql(project.database, "UPDATE User SET name = 'b' WHERE id = 2");
  assert.equal(project.must('deploy'), 'applied 29990101000000_bad\napplied 29990101000001_good\n');
});

test('one that does not run on an empty database is refused before anything is touched', (t) => {
  const project = migrateProject(t, user);
  project.must('dev');
  add(project, '29990101000000_fine', 'CREATE TABLE "Fine" ("id" INTEGER);\n');
  add(project, '29990101000001_wrong', 'CREATE TABLE "Wrong" ("id" INTEGER);\nINSERT INTO "Nowhere" VALUES (1);\n');
  assert.match(project.run('deploy').stderr,
    /29990101000001_wrong doesn't run on an empty database: statement 2 failed: no such table: Nowhere/);
  assert.deepEqual(Object.keys(layout(project.database)), ['User']);
  assert.equal(history(project.database).length, 1);
});

test('one with transactions of its own stays half done, and blocks until it is resolved', (t) => {
  const project = migrateProject(t, user);
  project.must('dev');
  sql(project.database, "INSERT INTO User VALUES (1, 'a'), (2, 'a')");
  const name = '29990101000000_half';
  add(project, name, 'BEGIN;\nCREATE TABLE "Half" ("id" INTEGER);\nCOMMIT;\nCREATE UNIQUE INDEX "n" ON "User"("name");\n');
  assert.match(project.run('deploy').stderr, /statement 4 failed/);
  assert.ok('Half' in layout(project.database));
  for (const word of ['deploy', 'dev', 'rollback', 'status']) {
    const blocked = project.run(word);
    assert.equal(blocked.status, 1, word);
    assert.match(blocked.stderr, new RegExp(`${name} failed, and nothing is applied`), word);
    assert.match(blocked.stderr, /UNIQUE constraint failed/, word);
  }
  sql(project.database, 'DROP TABLE "Half"; UPDATE "User" SET name = \'b\' WHERE id = 2');
  project.must('resolve', '--rolled-back', name);
  assert.equal(project.must('deploy'), `applied ${name}\n`);
});

test('a migration that dev wrote and that fails is not kept', (t) => {
  const project = migrateProject(t, `${user}\nmodel Post {\n  id Int @id\n  userId Int\n}\n`);
  project.must('dev');
  sql(project.database, 'INSERT INTO Post VALUES (1, 99)');
  project.write(user.replace('name String', 'name String\n  posts Post[]')
    + '\nmodel Post {\n  id Int @id\n  userId Int\n  user User @relation(fields: [userId], references: [id])\n}\n');
  assert.match(project.run('dev').stderr, /was not kept: it would leave 1 rows whose foreign key points to nothing/);
  assert.equal(project.names().length, 1);
  sql(project.database, 'DELETE FROM Post');
  project.must('dev');
  assert.equal(project.json('status').ok, true);
});

test('five at once: each migration is applied once, and all agree', async (t) => {
  const project = migrateProject(t, user);
  project.must('dev', '--create-only');
  for (let i = 0; i < 12; ++i) {
    const script = `CREATE TABLE "T${i}" ("id" INTEGER);\nINSERT INTO "T${i}" VALUES (${i});\n`;
    add(project, `29990101${String(i).padStart(6, '0')}_step`, script);
  }
  const all = Array.from({ length: 5 }, () => start(project, 'deploy', '--json'));
  assert.deepEqual(await Promise.all(all.map((child) => child.ended)), [0, 0, 0, 0, 0], all.map((child) => child.err).join());
  const applied = all.flatMap((child) => JSON.parse(child.out).applied);
  assert.deepEqual(applied.toSorted(), project.names());
  assert.deepEqual(history(project.database).map((row) => row.migration_name), project.names());
  for (let i = 0; i < 12; ++i) assert.equal(sql(project.database, `SELECT count(*) AS n FROM T${i}`)[0].n, 1);
  assert.ok(!readdirSync(project.folder).some((name) => name.endsWith('-migrate')), 'the lock is gone');
});

// A script that is long at work, and looks as if it had done half.
const long = 'CREATE TABLE "Half" ("id" INTEGER);\nINSERT INTO "Half" WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n '
  + 'WHERE i < (SELECT CASE WHEN count(*) > 0 THEN 30000000 ELSE 1 END FROM "User")) SELECT i FROM n;\n';

const isThere = (project, table) =>
  sql(project.database, `SELECT count(*) AS n FROM sqlite_schema WHERE name = '${table}'`)[0].n === 1;

async function until(what, probe) {
  for (let tries = 0; tries < 3000; ++tries) {
    if (probe()) return;
    await delay(5);
  }
  throw new Error(`${what}: not in time`);
}

test('kill -9 in the middle of one with transactions of its own: that blocks until it is resolved', async (t) => {
  const project = migrateProject(t, user);
  project.must('dev');
  sql(project.database, "INSERT INTO User VALUES (1, 'a')");
  const name = '29990101000000_long';
  add(project, name, `CREATE TABLE "Before" ("id" INTEGER);\nBEGIN;\n${long}COMMIT;\n`);
  const child = start(project, 'deploy');
  await until('the first statement', () => isThere(project, 'Before'));
  child.kill('SIGKILL');
  await child.ended;
  assert.match(project.run('deploy').stderr, /29990101000000_long failed.*\n.*was begun and not finished/);
  sql(project.database, 'DROP TABLE "Before"; DELETE FROM "User"');
  project.must('resolve', '--rolled-back', name);
  assert.equal(project.must('deploy'), `applied ${name}\n`);
});

test('kill -9 in the middle: all of it or nothing, and the next deploy goes on', async (t) => {
  const project = migrateProject(t, user);
  project.must('dev');
  sql(project.database, "INSERT INTO User VALUES (1, 'a')");
  add(project, '29990101000000_before', 'CREATE TABLE "Before" ("id" INTEGER);\n');
  add(project, '29990101000001_long', long);
  const child = start(project, 'deploy');
  await until('the first one', () => isThere(project, 'Before'));
  const waiting = start(project, 'deploy', '--wait', '0');
  assert.equal(await waiting.ended, 1);
  assert.match(waiting.err, /another process is migrating/);
  child.kill('SIGKILL');
  assert.equal(await child.ended, 'SIGKILL');
  assert.deepEqual(Object.keys(layout(project.database)), ['Before', 'User']);
  assert.deepEqual(history(project.database).map((row) => row.finished_at !== null), [true, true]);
  assert.deepEqual(project.json('status').pending.map((link) => link.name), ['29990101000001_long']);
  assert.ok(existsSync(`${project.database}-migrate`), 'the lock of the dead is left, and in nobody\'s way');
  sql(project.database, 'DELETE FROM User');
  assert.equal(project.must('deploy'), 'applied 29990101000001_long\n');
  assert.equal(sql(project.database, 'SELECT count(*) AS n FROM Half')[0].n, 1);
  assert.equal(sql(project.database, 'PRAGMA integrity_check'), undefined);
});
