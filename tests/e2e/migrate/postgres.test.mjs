// Migrations of a PostgreSQL database; Prisma's engine is the oracle for layouts and history.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test, { after } from 'node:test';
import { trivet } from '../cli/support.mjs';
import { datasource, isInstalled, layout, postgresProject, prisma, query, startDatabases } from './postgres_support.mjs';

const server = isInstalled ? await startDatabases(after) : undefined;
const onServer = (name, work) => test(name, { skip: !isInstalled }, work);

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
  name      String   @default("nobody") @db.VarChar(40)
  role      Role     @default(USER)
  createdAt DateTime @default(now())
  roles     Role[]
  posts     Post[]
}

enum Role {
  USER
  ADMIN
  OWNER
}

model Post {
  id       String   @id @default(uuid())
  title    String
  price    Decimal? @db.Decimal(10, 2)
  meta     Json     @default("{}")
  authorId Int
  author   User     @relation(fields: [authorId], references: [id], onDelete: Cascade)
  tags     Tag[]

  @@unique([authorId, title])
  @@index([meta], type: Gin)
}

model Tag {
  id    Int    @id
  posts Post[]
}
`,
  `model User {
  id        BigInt   @id @default(autoincrement())
  email     String   @unique @db.VarChar(200)
  createdAt DateTime @default(now())
  role      Role     @default(OWNER)
  score     Float    @default(1.5)
  posts     Post[]
}

enum Role {
  USER
  OWNER
}

model Post {
  id       String  @id @default(uuid())
  title    String
  authorId BigInt?
  author   User?   @relation(fields: [authorId], references: [id])

  @@index([title(sort: Desc), authorId])
  @@map("posts")
}
`,
];
const historyColumns = `SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid)
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE attrelid = '_prisma_migrations'::regclass AND a.attnum > 0 ORDER BY a.attnum`;
const flags = ['--drop', 'Post', '--drop', '_PostToTag', '--drop', 'User.name', '--drop', 'User.roles'];

onServer('the layouts are those that Prisma makes of the same schemas', async (t) => {
  const ours = postgresProject(t, server.make());
  const theirs = postgresProject(t, server.make());
  for (const [step, schema] of growth.entries()) {
    ours.write(schema);
    theirs.write(schema);
    ours.must('dev', '--name', `step ${step}`, ...(step === 2 ? flags : []));
    // Prisma drops and makes columns anew that it could change, so it starts from nothing each time.
    const engine = await prisma(server, theirs.url, theirs.migrations, theirs.schema);
    const script = await engine.script('', theirs.schema);
    await engine.close();
    const fresh = server.make();
    query(fresh, script);
    assert.deepEqual(layout(ours.url), layout(fresh), `step ${step}`);
    assert.equal(ours.json('status').ok, true, `step ${step}`);
  }
  assert.equal(ours.must('dev'), 'the migrations are what the schema says\n');
  // All of it on a new database, by us and by Prisma; and all of it back.
  const again = server.make();
  ours.must('deploy', '--database-url', again);
  assert.deepEqual(layout(again), layout(ours.url));
  const swapped = server.make();
  const engine = await prisma(server, swapped, ours.migrations, ours.schema);
  assert.deepEqual(await engine.apply(), ours.names());
  await engine.close();
  assert.deepEqual(layout(swapped), layout(ours.url));
  assert.equal(query(server.url, "SELECT count(*) FROM pg_database WHERE datname LIKE 'trivet_shadow%'")[0][0], '0');
});

onServer('Prisma finds nothing wrong with what we made, and goes on', async (t) => {
  const project = postgresProject(t, server.make(), growth[0]);
  project.must('dev', '--name', 'first');
  project.write(growth[1]);
  project.must('dev', '--name', 'second');
  const engine = await prisma(server, project.url, project.migrations, project.schema);
  assert.deepEqual(await engine.diagnose(), {
    editedMigrationNames: [], failedMigrationNames: [], hasMigrationsTable: true, history: null,
  });
  assert.deepEqual(await engine.devAction(), { tag: 'createMigration' });
  project.add('29990101000000_theirs', 'CREATE TABLE "Theirs" ("id" INTEGER);\n');
  assert.deepEqual(await engine.apply(), ['29990101000000_theirs']);
  await engine.close();
  const status = project.json('status');
  assert.deepEqual([status.applied.length, status.pending, status.drift, status.edited], [3, [], [], []]);
  assert.deepEqual(status.unmigrated, ['drop table "Theirs"']);
});

onServer('we go on where Prisma stopped, from its table and its scripts', async (t) => {
  const project = postgresProject(t, server.make(), growth[0]);
  let engine = await prisma(server, project.url, project.migrations, project.schema);
  project.add('20000101000000_theirs', await engine.script('', project.schema));
  await engine.apply();
  project.write(growth[1]);
  // Its way of adding an enum's value, and of altering tables.
  project.add('20000101000001_theirs', await engine.script(datasource + growth[0], project.schema));
  await engine.close();
  assert.deepEqual(JSON.parse(project.must('deploy', '--json')).applied, ['20000101000001_theirs']);
  engine = await prisma(server, project.url, project.migrations, project.schema);
  assert.equal((await engine.diagnose()).history, null);
  await engine.close();
  const columns = project.sql(historyColumns);
  const ours = server.make();
  project.must('deploy', '--database-url', ours);
  assert.deepEqual(query(ours, historyColumns), columns, 'the history is Prisma\'s table');
});

onServer('names that change keep their rows, and rolling back brings all names back', async (t) => {
  const project = postgresProject(t, server.make(), growth[1]);
  project.must('dev');
  project.sql("INSERT INTO \"User\" (email, name) VALUES ('a', 'x')");
  const before = layout(project.url);
  project.write(growth[1].replaceAll('Post', 'Article').replace('name      String', 'label     String'));
  project.must('dev', '--rename', 'Post=Article', '--rename', 'User.name=label');
  assert.match(project.read(project.names()[1]), /ALTER INDEX "Post_authorId_title_key" RENAME TO "Article_authorId_title_key"/);
  assert.deepEqual(project.sql('SELECT email, label FROM "User"'), [['a', 'x']]);
  assert.equal(project.json('status').ok, true);
  project.must('rollback');
  assert.deepEqual(layout(project.url), before);
});

onServer('what fails leaves nothing, and says why', async (t) => {
  const project = postgresProject(t, server.make(), growth[0]);
  project.must('dev');
  project.sql("INSERT INTO \"User\" (email) VALUES ('a'), ('b')");
  project.add('29990101000000_bad', 'ALTER TABLE "User" ADD COLUMN "x" TEXT;\nCREATE UNIQUE INDEX "r" ON "User"("role");\n');
  const failed = project.run('deploy');
  assert.equal(failed.status, 1);
  assert.match(failed.stderr, /_bad failed: statement 2 failed: could not create unique index "r" \(Key \(role\)=\(USER\) is dup/);
  assert.equal(project.value("SELECT count(*) FROM information_schema.columns WHERE table_name = 'User' AND column_name = 'x'"), '0');
  assert.deepEqual(project.history().at(-1), ['29990101000000_bad', 'rolled back']);
  project.sql('DELETE FROM "User"');
  assert.equal(project.must('deploy'), 'applied 29990101000000_bad\n');
  project.add('29990101000001_wrong', 'CREATE TABLE "W" (id INT);\nINSERT INTO nowhere VALUES (1);\n');
  assert.match(project.run('deploy').stderr, /_wrong doesn't run on an empty database: statement 2 failed: relation "nowhere" does/);
});

onServer('an index built concurrently runs outside of a transaction, and a failure says what is left', async (t) => {
  const project = postgresProject(t, server.make(), growth[0]);
  project.must('dev');
  project.sql("INSERT INTO \"User\" (email, name) VALUES ('a', 'x'), ('b', 'x')");
  const name = '29990101000000_concurrent';
  project.add(name, 'CREATE UNIQUE INDEX CONCURRENTLY "User_name_key" ON "User"("name");\n');
  const failed = project.run('deploy');
  assert.match(failed.stderr, /can't run in one transaction/);
  assert.match(failed.stderr, /index "User_name_key" is left invalid: DROP INDEX it first/);
  assert.match(project.run('deploy').stderr, new RegExp(`${name} failed, and nothing is applied`));
  project.sql('DROP INDEX "User_name_key"; DELETE FROM "User" WHERE email = \'b\'');
  project.must('resolve', '--rolled-back', name);
  assert.equal(project.must('deploy'), `applied ${name}\n`);
  assert.equal(project.value('SELECT indisvalid FROM pg_index WHERE indexrelid = \'"User_name_key"\'::regclass'), 't');
});

function start(project, ...words) {
  const child = spawn(trivet, ['migrate', ...words], { cwd: project.folder, env: project.env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.out = '';
  child.err = '';
  child.stdout.on('data', (text) => { child.out += text; });
  child.stderr.on('data', (text) => { child.err += text; });
  child.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  return child;
}

onServer('three at once: each migration is applied once', async (t) => {
  const project = postgresProject(t, server.make(), growth[0]);
  project.must('dev', '--create-only');
  for (let i = 0; i < 10; ++i)
    project.add(`29990101${String(i).padStart(6, '0')}_step`, `CREATE TABLE "T${i}" (id INT);\nINSERT INTO "T${i}" VALUES (1);\n`);
  const all = Array.from({ length: 3 }, () => start(project, 'deploy', '--json'));
  assert.deepEqual(await Promise.all(all.map((child) => child.ended)), [0, 0, 0], all.map((child) => child.err).join());
  assert.deepEqual(all.flatMap((child) => JSON.parse(child.out).applied).toSorted(), project.names());
  assert.deepEqual(project.history(), project.names().map((name) => [name, 'applied']));
});

// A session that psql holds open until its input ends.
function holder(url, text) {
  const child = spawn('psql', ['-X', '-q', '-A', '-t', '-d', url], { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.stdin.write(`${text}\n\\echo ready\n`);
  const ready = new Promise((resolve) => child.stdout.on('data', (data) => { if (String(data).includes('ready')) resolve(); }));
  return { ready, end: () => { child.stdin.end(); return ended; } };
}

onServer('Prisma\'s lock keeps us out', async (t) => {
  const project = postgresProject(t, server.make(), growth[0]);
  const theirs = holder(project.url, 'SELECT pg_advisory_lock(72707369);');
  await theirs.ready;
  assert.match(project.run('deploy', '--wait', '0').stderr, /another process is migrating/);
  assert.match(project.run('deploy', '--wait', '1').stderr, /another process is migrating/);
  await theirs.end();
  project.must('deploy');
});

onServer('a table in use does not hold up all others behind the migration', async (t) => {
  const project = postgresProject(t, server.make(), growth[0], { TRIVET_DATABASE_LOCK_TIMEOUT: '50ms' });
  project.must('dev');
  project.add('29990101000000_alter', 'ALTER TABLE "User" ADD COLUMN "x" TEXT;\n');
  const user = holder(project.url, 'BEGIN; SELECT * FROM "User";');
  await user.ready;
  const refused = project.run('deploy');
  assert.match(refused.stderr, /29990101000000_alter failed: statement 1 failed: canceling statement due to lock timeout/);
  await user.end();
  assert.equal(project.must('deploy'), 'applied 29990101000000_alter\n');
});

onServer('dangers are counted in the rows that are there, and the safe way is told', async (t) => {
  const project = postgresProject(t, server.make(), growth[0]);
  project.must('dev');
  project.sql("INSERT INTO \"User\" (email, name) SELECT 'e' || i, nullif(i % 2, 0)::text FROM generate_series(1, 12000) i");
  project.sql('ANALYZE');
  project.write(growth[0].replace('id    Int ', 'id    BigInt ')
    .replace('name  String?', 'name  String? @unique').replace('  ADMIN\n', ''));
  const told = project.json('diff', '--from', 'database', '--to', 'schema');
  const kinds = told.dangers.map((danger) => [danger.kind, danger.column ?? danger.table, danger.rows]);
  assert.deepEqual(kinds, [
    ['fails', 'User', 1], ['breaks_running', 'id', 12000], ['rewrites_table', 'id', 12000], ['locks_table', 'User', 12000],
    ['rewrites_table', 'role', 12000],
  ]);
  assert.match(told.dangers[3].advice, /CREATE INDEX CONCURRENTLY/);
  project.write(growth[0].replace('name  String?', 'name  String'));
  const required = project.json('diff', '--from', 'database', '--to', 'schema').dangers;
  assert.deepEqual(required.map((danger) => [danger.kind, danger.rows]),
    [['fails', 6000], ['breaks_running', 12000], ['locks_table', 12000]]);
  assert.match(required[2].advice, /NOT VALID, then VALIDATE CONSTRAINT/);
  project.write(growth[0].replace('  name  String?\n', ''));
  project.must('dev', '--create-only', '--drop', 'User.name');
  const refused = project.run('deploy');
  assert.match(refused.stderr, /because this is dangerous\n.*column "User"."name" would be dropped with its 6000 values/s);
  project.must('deploy', '--accept-data-loss', '--accept-breaking');
});

onServer('a user who may make no database deploys, and develops with a shadow database of the project\'s', async (t) => {
  const url = server.make();
  query(server.url, 'CREATE ROLE app LOGIN');
  query(url, 'GRANT ALL ON SCHEMA public TO app');
  const own = server.at(new URL(url).pathname.slice(1), 'app');
  const project = postgresProject(t, own, growth[0]);
  assert.match(project.run('dev').stderr, /may not make the empty database.*shadow_url/);
  project.add('20000101000000_first', 'CREATE TABLE "A" (id INT PRIMARY KEY);\n');
  const deployed = project.run('deploy');
  assert.equal(deployed.status, 0, deployed.stderr);
  assert.match(deployed.stderr, /dangers are known in part only/);

  const shadow = server.make();
  query(shadow, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION app; GRANT CREATE ON DATABASE '
    + `${new URL(shadow).pathname.slice(1)} TO app; CREATE TABLE junk (); ALTER TABLE junk OWNER TO app`);
  project.env.TRIVET_DATABASE_SHADOW_URL = own;
  assert.match(project.run('status').stderr + project.run('dev').stderr, /is the project's own database/);
  assert.equal(project.value('SELECT count(*) FROM "A"'), '0', 'and is still there');
  project.env.TRIVET_DATABASE_SHADOW_URL = server.at(new URL(shadow).pathname.slice(1), 'app');
  project.must('dev', '--drop', 'A');
  assert.equal(project.json('status').ok, true);
  assert.equal(query(shadow, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace")[0][0], '0');
});

onServer('drift is found, and a database of others is taken over with its views, functions and checks', async (t) => {
  const project = postgresProject(t, server.make(), growth[0]);
  project.must('dev');
  project.sql('ALTER TABLE "User" ADD COLUMN "sneaked" INT; CREATE INDEX sneaky ON "User" (lower(email) DESC) WHERE id > 1');
  assert.deepEqual(project.json('status').drift, ['add column "User"."sneaked"', 'create index "sneaky"']);
  assert.match(project.run('dev').stderr, /is not what its migrations make \(drift\)/);

  const other = postgresProject(t, server.make(), growth[0]);
  other.sql(`CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
    CREATE FUNCTION twice(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN n * 2; END $$;
    CREATE TABLE "User" (id INT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, email TEXT NOT NULL CHECK (email <> ''), name TEXT,
      role "Role" NOT NULL DEFAULT 'USER', n INT, m INT GENERATED ALWAYS AS (n * 2) STORED, CONSTRAINT "User_email_key" UNIQUE (email));
    CREATE VIEW admins AS SELECT id, twice(id) AS t FROM "User" WHERE role = 'ADMIN';
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := ';'; RETURN NEW; END $$;
    CREATE TRIGGER touching BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION touch();
    INSERT INTO "User" (email) VALUES ('a');`);
  assert.match(other.run('deploy').stderr, /has tables and no history of migrations/);
  other.must('dev', '--baseline', '--create-only', '--drop', 'User.n', '--drop', 'User.m');
  const fresh = server.make();
  other.must('deploy', '--database-url', fresh, '--accept-data-loss');
  const rows = query(fresh, "INSERT INTO \"User\" (email) VALUES ('b') RETURNING id, name; SELECT count(*) FROM admins");
  assert.deepEqual(rows, [['1', ';'], ['0']]);
  assert.throws(() => query(fresh, "INSERT INTO \"User\" (email) VALUES ('')"), /violates check constraint/);
});
