// What a migration may do to those who use the database: told, and refused until somebody accepts it. Names that change.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { layout, sql } from './prisma.mjs';
import { datasource, migrateProject, trivet } from './support.mjs';

const kinds = (dangers) => dangers.map((danger) => [danger.kind, danger.column ?? danger.table, danger.rows]);
const user = (fields) => `model User {\n  id Int @id\n${fields}}\n`;

// A developed database and one in production with rows, one migration behind.
function pair(t, before, after, rows, ...words) {
  const project = migrateProject(t, before);
  project.must('dev', '--name', 'before');
  const production = project.at('production.db');
  const url = ['--database-url', `file:${production}`];
  project.must('deploy', ...url);
  sql(production, rows);
  project.write(after);
  project.must('dev', '--name', 'after', ...words);
  return { project, production, url };
}

test('deploy refuses to lose rows until the script is marked', (t) => {
  const { project, production, url } = pair(t, user('  a String?\n  b String?\n'), user('  a String?\n'),
    "INSERT INTO User VALUES (1, 'x', 'y'), (2, 'x', NULL)");
  const refused = project.run('deploy', '--json', ...url);
  assert.equal(refused.status, 1);
  const told = JSON.parse(refused.stdout);
  assert.deepEqual(told.applied, []);
  assert.deepEqual(kinds(told.migrations[0].dangers), [['loses_data', 'b', 1], ['breaks_running', 'b', 2]]);
  assert.match(refused.stderr, /nothing was changed/);
  assert.match(refused.stderr, /-- trivet: accept data-loss, breaking/);
  assert.equal(project.run('deploy', '--accept-data-loss', ...url).status, 1, 'breaking isn\'t accepted by that');
  assert.ok(layout(production).User.columns.some((column) => column.name === 'b'));

  const file = path.join(project.migrations, project.names()[1], 'migration.sql');
  const marked = project.at('marked.db');
  appendFileSync(file, '-- trivet: accept data-loss, breaking\n');
  project.must('deploy', ...url);
  assert.deepEqual(layout(production).User.columns.map((column) => column.name), ['a', 'id']);
  project.must('deploy', '--database-url', `file:${marked}`);
});

test('dev marks what was accepted, and an empty database is never in danger', (t) => {
  const { project, url } = pair(t, user('  a String?\n'), user(''), "INSERT INTO User VALUES (1, 'x')",
    '--accept-data-loss', '--accept-breaking');
  const header = /^\/\*\n {2}Warnings:\n\n {2}- column "User"."a" is dropped.*\n\n\*\/\n-- trivet: accept data-loss, breaking\n/;
  assert.match(project.read(project.names()[1]), header);
  project.must('deploy', ...url);
  assert.equal(project.run('deploy', '--database-url', `file:${project.at('new.db')}`).stderr, '');
});

test('dev refuses to lose its own rows without a word', (t) => {
  const project = migrateProject(t, user('  a String?\n'));
  project.must('dev');
  sql(project.database, "INSERT INTO User VALUES (1, 'x')");
  project.write(user(''));
  assert.match(project.run('dev').stderr, /would lose data\n.*would be dropped with its 1 value\n.*--accept-data-loss/);
  assert.equal(project.names().length, 1);
  project.must('dev', '--accept-data-loss');
});

test('each danger has its kind, its rows and a safe way', (t) => {
  const before = user('  a String?\n  b String\n  c String?\n  d String?\n');
  const project = migrateProject(t, before);
  project.must('dev');
  sql(project.database, `INSERT INTO User WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    SELECT i, 'x', 'y' || i, CASE WHEN i % 2 THEN 'z' END, 'same' FROM n`);
  project.write(user('  a String\n  b Int\n  c String\n  d String? @unique\n  e String\n'));
  const { dangers } = project.json('diff', '--from', 'database');
  assert.deepEqual(kinds(dangers), [
    ['loses_data', 'b', 20000], ['fails', 'c', 10000], ['fails', 'e', 20000], ['fails', 'User', 1],
    ['breaks_running', 'a', 20000], ['breaks_running', 'b', 20000], ['breaks_running', 'c', 20000],
    ['breaks_running', 'e', 20000], ['rewrites_table', 'User', 20000],
  ]);
  const batch = 'UPDATE "User" SET "c" = … WHERE rowid IN (SELECT rowid FROM "User" WHERE "c" IS NULL LIMIT 1000)';
  assert.ok(dangers[1].advice.includes(batch), dangers[1].advice);
  assert.match(project.run('dev').stderr, /don't fit the new schema/);
  project.write(before.replace('d String?\n', 'd String?\n\n  @@index([b])\n'));
  assert.deepEqual(kinds(project.json('diff', '--from', 'database').dangers), [['locks_table', 'User', 20000]]);
});

test('the safe way is safe: expand, fill, require, contract', (t) => {
  const project = migrateProject(t, user('  name String\n'));
  project.must('dev');
  sql(project.database, `INSERT INTO User WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
    SELECT i, 'n' || i FROM n`);
  project.write(user('  name String\n  label String?\n'));
  assert.deepEqual(project.json('dev').dangers, []);
  const { advice } = (() => {
    project.write(user('  name String\n  label String\n'));
    return project.json('diff', '--from', 'database').dangers.find((danger) => danger.kind === 'fails');
  })();
  const batch = advice.match(/UPDATE .* LIMIT 1000\)/)[0].replace('…', '"name"');
  for (let left = 2500; left > 0;) {
    sql(project.database, batch);
    left = sql(project.database, 'SELECT count(*) AS n FROM User WHERE label IS NULL')[0].n;
  }
  assert.deepEqual(kinds(project.json('dev').dangers), [['breaks_running', 'label', 2500]]);
  project.write(user('  label String\n'));
  project.must('dev', '--accept-data-loss', '--drop', 'User.name');
  assert.equal(sql(project.database, "SELECT count(*) AS n FROM User WHERE label = 'n' || id")[0].n, 2500);
});

test('what a script does and no layout shows is told too', (t) => {
  const project = migrateProject(t, user('  a String?\n'));
  project.must('dev');
  sql(project.database, "INSERT INTO User VALUES (1, 'x'), (2, 'y')");
  const scripts = {
    empties: ['DELETE FROM "User" WHERE id = 1;', 'User'],
    remakes: ['DROP TABLE "User"; CREATE TABLE "User" ("id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "a" TEXT);', 'User'],
    readds: ['ALTER TABLE "User" DROP COLUMN "a"; ALTER TABLE "User" ADD COLUMN "a" TEXT;', 'a'],
  };
  for (const [name, [script, where]] of Object.entries(scripts)) {
    const file = path.join(project.migrations, `29990101000000_${name}`);
    mkdirSync(file);
    writeFileSync(path.join(file, 'migration.sql'), script);
    assert.deepEqual(kinds(project.json('status').pending[0].dangers), [['loses_data', where, 2]], name);
    assert.equal(project.run('deploy').status, 1);
    writeFileSync(path.join(file, 'migration.sql'), `-- trivet: accept data-loss\n${script}`);
    project.must('deploy');
    sql(project.database, "DELETE FROM User; INSERT INTO User VALUES (1, 'x'), (2, 'y')");
    sql(project.database, `DELETE FROM _prisma_migrations WHERE migration_name LIKE '2999%'`);
    spawnSync('rm', ['-r', file]);
  }
});

test('a later migration counts the rows under the names of now', (t) => {
  const { project, url, production } = pair(t, user('  a String\n'), user('  b String\n'), "INSERT INTO User VALUES (1, 'x')",
    '--rename', 'User.a=b');
  project.write('model Person {\n  id Int @id\n  b String\n}\n');
  project.must('dev', '--rename', 'User=Person');
  project.write('model Person {\n  id Int @id\n}\n');
  project.must('dev', '--drop', 'Person.b');
  const told = project.json('deploy', ...url);
  assert.deepEqual(told.migrations.map((link) => kinds(link.dangers)), [
    [['breaks_running', 'b', 1]], [['breaks_running', 'Person', 1]], [['loses_data', 'b', 1], ['breaks_running', 'b', 1]],
  ]);
  project.must('deploy', '--accept-data-loss', '--accept-breaking', ...url);
  assert.deepEqual(sql(production, 'SELECT * FROM Person').map((row) => ({ ...row })), [{ id: 1 }]);
});

const blog = (post, tag) => `model ${post} {
  id Int @id
  title String
  tags Tag[]
}

model Tag {
  id Int @id
  ${tag} ${post}[]
}
`;

test('names change with their rows, join tables too', (t) => {
  const project = migrateProject(t, blog('Post', 'posts'));
  project.must('dev');
  sql(project.database, `INSERT INTO Post VALUES (7, 'x'); INSERT INTO Tag VALUES (1), (2);
    INSERT INTO _PostToTag VALUES (7, 1), (7, 2)`);
  project.write(blog('Zine', 'zines').replace('title', 'headline'));
  const refused = project.run('dev');
  assert.match(refused.stderr, /nothing was written/);
  project.must('dev', '--rename', 'Post=Zine', '--rename', 'Zine.title=headline');
  // Tag comes before Zine, so A and B change places.
  assert.deepEqual(sql(project.database, 'SELECT A, B FROM _TagToZine ORDER BY A').map((row) => [row.A, row.B]), [[1, 7], [2, 7]]);
  assert.equal(sql(project.database, 'SELECT headline FROM Zine')[0].headline, 'x');
  assert.equal(project.json('status').ok, true);
  project.must('rollback');
  assert.deepEqual(sql(project.database, 'SELECT A, B FROM _PostToTag ORDER BY B').map((row) => [row.A, row.B]), [[7, 1], [7, 2]]);
});

test('what no schema says survives, or its loss is refused', (t) => {
  const project = migrateProject(t, user('  a String\n'));
  sql(project.database, `CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "a" TEXT NOT NULL UNIQUE CHECK (a <> ''));
    CREATE TABLE "log" ("a" TEXT NOT NULL PRIMARY KEY);
    CREATE VIEW "names" AS SELECT "a" FROM "User";
    CREATE TRIGGER "told" AFTER INSERT ON "User" BEGIN INSERT INTO "log" VALUES (NEW."a"); END;
    INSERT INTO "User" VALUES (1, 'x')`);
  project.write(`${user('  a String @unique\n')}\nmodel Log {\n  a String @id\n\n  @@map("log")\n}\n`);
  project.must('dev', '--baseline');
  assert.equal(project.json('status').ok, true);
  const fresh = project.at('fresh.db');
  project.must('deploy', '--database-url', `file:${fresh}`);
  sql(fresh, "INSERT INTO User VALUES (1, 'told')");
  assert.equal(sql(fresh, 'SELECT a FROM log')[0].a, 'told');
  assert.throws(() => sql(fresh, "INSERT INTO User VALUES (2, '')"), /CHECK/);

  project.write(project.schema.slice(datasource.length).replace('a String @unique', 'a String @unique\n  b Int'));
  sql(project.database, 'DELETE FROM User');
  const refused = project.run('dev');
  assert.match(refused.stderr, /trigger "told" would be dropped, since table "User" is rebuilt/);
  assert.match(refused.stderr, /what CHECK asks of "User" would be dropped/);
  project.must('dev', '--accept-data-loss');
  assert.equal(sql(project.database, 'SELECT count(*) AS n FROM names')[0].n, 0, 'a view is in nobody\'s way');
});

test('an @map that is added is a rename', (t) => {
  const project = migrateProject(t, user('  createdAt DateTime\n'));
  project.must('dev');
  sql(project.database, "INSERT INTO User VALUES (1, '2024-01-01T00:00:00.000+00:00')");
  project.write(user('  createdAt DateTime @map("created_at")\n  @@map("users")\n'));
  const { changes } = project.json('dev');
  assert.deepEqual(changes, ['rename table "User" to "users"', 'rename column "users"."createdAt" to "created_at"']);
  assert.equal(sql(project.database, 'SELECT count(created_at) AS n FROM users')[0].n, 1);
});

test('a wrong --rename is told', (t) => {
  const project = migrateProject(t, user('  a String\n'));
  project.must('dev');
  project.write(user('  b String\n'));
  for (const [wrong, why] of [['User.x=b', 'has no column x'], ['User.a=x', 'has no field x'], ['X.a=b', 'no table X'],
    ['User', 'takes Model.old=new'], ['User=Nobody', 'has no model Nobody']]) {
    const refused = project.run('dev', '--rename', wrong);
    assert.equal(refused.status, 1, wrong);
    assert.ok(refused.stderr.includes(why), refused.stderr);
  }
});

// On a terminal: util-linux's script makes one.
function onTerminal(project, words, answers) {
  const line = `${trivet} migrate ${words} 2>&1`;
  return spawnSync('script', ['-qec', line, '/dev/null'], { cwd: project.folder, encoding: 'utf8', input: answers });
}

test('on a terminal dev asks what became of a name, and for consent', (t) => {
  const project = migrateProject(t, user('  a String?\n  b String?\n'));
  project.must('dev');
  sql(project.database, "INSERT INTO User VALUES (1, 'x', 'y')");
  project.write(user('  c String?\n  d String?\n'));
  const left = onTerminal(project, 'dev', '\n');
  assert.match(left.stdout, /User\.a is gone from the schema\. What became of it\?/);
  assert.equal(left.status, 1);
  const answered = onTerminal(project, 'dev', '1\n2\ny\n');
  assert.equal(answered.status, 0, answered.stdout);
  assert.deepEqual({ ...sql(project.database, 'SELECT * FROM User')[0] }, { id: 1, c: 'x', d: null });
  assert.match(project.read(project.names()[1]), /-- trivet: accept data-loss\n/);
});
