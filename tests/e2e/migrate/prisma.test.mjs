// Either tool goes on where the other stopped, and both make the same layout.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { history, layout, prisma, sql } from './prisma.mjs';
import { datasource, migrateProject } from './support.mjs';

function add(project, name, script) {
  mkdirSync(path.join(project.migrations, name), { recursive: true });
  writeFileSync(path.join(project.migrations, name, 'migration.sql'), script);
}

// A project's growth: each schema after the one before.
const growth = [
  `model User {
  id    Int     @id @default(autoincrement())
  email String  @unique
  name  String?
  role  Role    @default(USER)
}

enum Role {
  USER
  ADMIN
}
`,
  `model User {
  id        Int      @id @default(autoincrement())
  email     String   @unique
  name      String   @default("nobody")
  role      Role     @default(USER)
  createdAt DateTime @default(now())
  posts     Post[]
}

enum Role {
  USER
  ADMIN
}

model Post {
  id       String   @id @default(uuid())
  title    String
  price    Decimal?
  authorId Int
  author   User     @relation(fields: [authorId], references: [id], onDelete: Cascade)
  tags     Tag[]

  @@unique([authorId, title])
}

model Tag {
  id    Int    @id
  posts Post[]
}
`,
  `model User {
  id        BigInt   @id @default(autoincrement())
  email     String   @unique
  createdAt DateTime @default(now())
  score     Float
  posts     Post[]
}

model Post {
  id       String  @id @default(uuid())
  title    String
  authorId BigInt?
  author   User?   @relation(fields: [authorId], references: [id])

  @@index([title, authorId])
  @@map("posts")
}
`,
];

const flags = ['--drop', 'Post', '--drop', '_PostToTag', '--drop', 'User.name', '--drop', 'User.role'];

test('the layouts are those that Prisma makes of the same schemas', async (t) => {
  const ours = migrateProject(t);
  const theirs = migrateProject(t);
  for (const [step, schema] of growth.entries()) {
    ours.write(schema);
    theirs.write(schema);
    ours.must('dev', '--name', `step ${step}`, ...(step === 2 ? flags : []));
    const engine = await prisma(theirs.database, theirs.migrations, theirs.schema);
    add(theirs, `2000010100000${step}_step`, await engine.script(step === 0 ? '' : datasource + growth[step - 1], theirs.schema));
    await engine.apply();
    engine.close();
    if (step === 2) continue;  // BigInt ids: ours count up, theirs don't (docs of store/sql/ddl.h)
    assert.deepEqual(layout(ours.database), layout(theirs.database), `step ${step}`);
  }
  // Their script applied by us, ours by them.
  const swapped = migrateProject(t, growth[2]);
  const engine = await prisma(swapped.database, ours.migrations, ours.schema);
  assert.deepEqual(await engine.apply(), ours.names());
  engine.close();
  assert.deepEqual(layout(swapped.database), layout(ours.database));
});

test('Prisma finds nothing wrong with what we made, and goes on', async (t) => {
  const project = migrateProject(t, growth[0]);
  project.must('dev', '--name', 'first');
  project.write(growth[1]);
  project.must('dev', '--name', 'second');
  const engine = await prisma(project.database, project.migrations, project.schema);
  assert.deepEqual(await engine.diagnose(), {
    editedMigrationNames: [], failedMigrationNames: [], hasMigrationsTable: true, history: null,
  });
  assert.deepEqual(await engine.devAction(), { tag: 'createMigration' });
  add(project, '29990101000000_theirs', 'CREATE TABLE "Theirs" ("id" INTEGER);\n');
  assert.deepEqual(await engine.apply(), ['29990101000000_theirs']);
  engine.close();

  const status = project.json('status');
  assert.deepEqual([status.applied.length, status.pending, status.drift, status.edited], [3, [], [], []]);
  assert.deepEqual(status.unmigrated, ['drop table "Theirs"']);
  project.must('dev', '--drop', 'Theirs');
  assert.match(project.names().at(-1), /^29990101000001_/, 'after the last one, whatever its time');
});

test('we go on where Prisma stopped', async (t) => {
  const project = migrateProject(t, growth[0]);
  const engine = await prisma(project.database, project.migrations, project.schema);
  add(project, '20000101000000_theirs', await engine.script('', project.schema));
  await engine.apply();
  engine.close();
  assert.equal(project.json('status').ok, true);
  project.write(growth[1]);
  project.must('dev', '--name', 'ours');
  const rows = history(project.database);
  assert.deepEqual(rows.map((row) => row.migration_name), project.names());
  assert.ok(rows.every((row) => row.finished_at !== null && row.rolled_back_at === null && row.applied_steps_count === 1));
  assert.equal(Object.keys(rows[0]).join(),
    'id,checksum,finished_at,migration_name,logs,rolled_back_at,started_at,applied_steps_count');
});

test('Prisma takes our records of failures, roll-backs and repairs, and we take theirs', async (t) => {
  const project = migrateProject(t, growth[0]);
  project.must('dev', '--name', 'first');
  project.write(growth[1]);
  project.must('dev', '--name', 'second');
  const [, second] = project.names();
  project.must('rollback');
  let engine = await prisma(project.database, project.migrations, project.schema);
  assert.deepEqual((await engine.diagnose()).failedMigrationNames, []);
  assert.deepEqual(await engine.apply(), [second], 'rolled back is pending');

  // One with transactions of its own stays half done, and is in both tools' way.
  engine.close();
  sql(project.database, 'INSERT INTO "User" (id, email) VALUES (1, \'a\')');
  const name = '29990101000000_broken';
  add(project, name, 'BEGIN;\nCREATE TABLE "Half" ("id" INTEGER);\nCOMMIT;\n'
    + 'INSERT INTO "User" (id, email) SELECT id, email FROM "User";\n');
  assert.match(project.run('deploy').stderr, /broken failed: statement 4 failed: UNIQUE constraint failed/);
  engine = await prisma(project.database, project.migrations, project.schema);
  assert.deepEqual((await engine.diagnose()).failedMigrationNames, [name]);
  await assert.rejects(engine.apply());
  await engine.markRolledBack(name);
  engine.close();
  assert.deepEqual(project.json('status').failed, []);
  project.must('resolve', '--applied', name);
  engine = await prisma(project.database, project.migrations, project.schema);
  assert.deepEqual((await engine.diagnose()).history, null);
  engine.close();
});
