// Migrations of a MariaDB database.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { folder, must, run, trivet } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package mariadb-server is not installed';
const datasource = 'datasource db {\n  provider = "mysql"\n}\n\n';

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
  name      String   @default("it's \\\\ \\"so\\"") @db.VarChar(40)
  role      Role     @default(USER)
  createdAt DateTime @default(now())
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
  meta     Json?
  body     String   @db.LongText
  small    Int      @db.UnsignedSmallInt
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

const sql = (server, database, text) => {
  const done = server.sql(`SET SESSION sql_mode = ''; ${text}`, database);
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout.split('\n').filter((line) => line !== '');
};

// All that a layout says, in a form that two databases can be compared by.
const layout = (server, database) => sql(server, database, `SELECT 'column', TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE,
  COLUMN_DEFAULT, EXTRA, GENERATION_EXPRESSION FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <>
  '_prisma_migrations'
  ORDER BY 2, 3; SELECT 'index', TABLE_NAME, INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME, COLLATION FROM
  information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> '_prisma_migrations' ORDER BY 2, 3, 5;
  SELECT 'key', k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, r.DELETE_RULE,
  r.UPDATE_RULE FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r ON
  r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME WHERE k.TABLE_SCHEMA = DATABASE() AND
  k.REFERENCED_TABLE_NAME IS NOT NULL ORDER BY 2, 3;`);

let made = 0;
function newDatabase(server) {
  const name = `d${++made}`;
  sql(server, 'mysql', `CREATE DATABASE ${name}`);
  return name;
}

function mysqlProject(t, server, models) {
  const database = newDatabase(server);
  const where = folder(t);
  const at = (...parts) => path.join(where, ...parts);
  const url = (name) => server.url.replace(/app$/, name);
  const env = { ...process.env, TRIVET_DATABASE_URL: url(database) };
  const project = {
    folder: where, at, env, database, url, schema: '',
    write(text) {
      project.schema = datasource + text;
      writeFileSync(at('schema.zmodel'), project.schema);
    },
    add(name, script) {
      mkdirSync(at('migrations', name), { recursive: true });
      writeFileSync(at('migrations', name, 'migration.sql'), script);
    },
    run: (...words) => run(['migrate', ...words], { cwd: where, env }),
    must: (...words) => must(['migrate', ...words], { cwd: where, env }),
    json: (...words) => JSON.parse(run(['migrate', ...words, '--json'], { cwd: where, env }).stdout),
    names: () => readdirSync(at('migrations'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
      .map((entry) => entry.name).sort(),
    read: (name, file = 'migration.sql') => readFileSync(at('migrations', name, file), 'utf8'),
    sql: (text) => sql(server, database, text),
    history: () => sql(server, database, `SELECT migration_name, CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back' WHEN finished_at
      IS NOT NULL THEN 'applied' ELSE 'failed' END FROM _prisma_migrations ORDER BY started_at`).map((line) => line.split('\t')),
  };
  if (models !== undefined) project.write(models);
  return project;
}

// As Prisma Migrate writes them for MySQL; its engine for JavaScript refuses that provider, so they are written by hand.
const charset = 'DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci';
const prismaScripts = [
  `-- CreateTable
CREATE TABLE \`User\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`email\` VARCHAR(191) NOT NULL,
    \`name\` VARCHAR(191) NULL,
    \`role\` ENUM('USER', 'ADMIN') NOT NULL DEFAULT 'USER',

    UNIQUE INDEX \`User_email_key\`(\`email\`),
    PRIMARY KEY (\`id\`)
) ${charset};
`,
  `-- AlterTable
ALTER TABLE \`User\` ADD COLUMN \`createdAt\` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    MODIFY \`name\` VARCHAR(40) NOT NULL DEFAULT 'it\\'s \\\\ "so"',
    MODIFY \`role\` ENUM('USER', 'ADMIN', 'OWNER') NOT NULL DEFAULT 'USER';

-- CreateTable
CREATE TABLE \`Post\` (
    \`id\` VARCHAR(191) NOT NULL,
    \`title\` VARCHAR(191) NOT NULL,
    \`price\` DECIMAL(10, 2) NULL,
    \`meta\` JSON NULL,
    \`body\` LONGTEXT NOT NULL,
    \`small\` SMALLINT UNSIGNED NOT NULL,
    \`authorId\` INTEGER NOT NULL,

    UNIQUE INDEX \`Post_authorId_title_key\`(\`authorId\`, \`title\`),
    PRIMARY KEY (\`id\`)
) ${charset};

-- CreateTable
CREATE TABLE \`Tag\` (
    \`id\` INTEGER NOT NULL,

    PRIMARY KEY (\`id\`)
) ${charset};

-- CreateTable
CREATE TABLE \`_PostToTag\` (
    \`A\` VARCHAR(191) NOT NULL,
    \`B\` INTEGER NOT NULL,

    UNIQUE INDEX \`_PostToTag_AB_unique\`(\`A\`, \`B\`),
    INDEX \`_PostToTag_B_index\`(\`B\`)
) ${charset};

-- AddForeignKey
ALTER TABLE \`Post\` ADD CONSTRAINT \`Post_authorId_fkey\` FOREIGN KEY (\`authorId\`) REFERENCES \`User\`(\`id\`)
    ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE \`_PostToTag\` ADD CONSTRAINT \`_PostToTag_A_fkey\` FOREIGN KEY (\`A\`) REFERENCES \`Post\`(\`id\`)
    ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE \`_PostToTag\` ADD CONSTRAINT \`_PostToTag_B_fkey\` FOREIGN KEY (\`B\`) REFERENCES \`Tag\`(\`id\`)
    ON DELETE CASCADE ON UPDATE CASCADE;
`,
];

test('migrations on MariaDB', { skip }, async (t) => {
  const server = await startServer(t);
  const on = (name, work) => t.test(name, work);

  await on('the layouts are those that Prisma makes of the same schemas', async (t2) => {
    const ours = mysqlProject(t2, server);
    const flags = ['--drop', 'Post', '--drop', '_PostToTag', '--drop', 'User.name'];
    for (const [step, schema] of growth.entries()) {
      ours.write(schema);
      ours.must('dev', '--name', `step ${step}`, ...(step === 2 ? flags : []));
      if (step === 1) {
        const theirs = newDatabase(server);
        sql(server, theirs, prismaScripts.join(''));
        assert.deepEqual(layout(server, ours.database), layout(server, theirs));
      }
      assert.equal(ours.json('status').ok, true, `step ${step}`);
    }
    assert.equal(ours.must('dev'), 'the migrations are what the schema says\n');
    const again = newDatabase(server);
    ours.must('deploy', '--database-url', ours.url(again));
    assert.deepEqual(layout(server, again), layout(server, ours.database));
    for (const name of ours.names()) assert.doesNotMatch(ours.read(name), /^[A-Z].*"User"/m, 'quoted as Prisma does');
    assert.deepEqual(sql(server, 'mysql', "SHOW DATABASES LIKE 'trivet\\_shadow%'"), []);
  });

  await on('we go on where Prisma stopped, from its scripts', async (t2) => {
    const project = mysqlProject(t2, server, growth[0]);
    project.add('20000101000000_theirs', prismaScripts[0]);
    project.must('deploy');
    project.write(growth[1]);
    project.add('20000101000001_theirs', prismaScripts[1]);
    assert.deepEqual(JSON.parse(project.must('deploy', '--json')).applied, ['20000101000001_theirs']);
    assert.equal(project.must('dev'), 'the migrations are what the schema says\n');
    assert.equal(project.json('status').ok, true);
  });

  await on('names that change keep their rows, and rolling back brings all names back', async (t2) => {
    const project = mysqlProject(t2, server, growth[1]);
    project.must('dev');
    project.sql("INSERT INTO `User` (email, name) VALUES ('a', 'x')");
    assert.deepEqual(project.sql("SELECT COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND " +
      "COLUMN_NAME = 'name'"), [`'it''s \\\\\\\\ "so"'`]);
    const before = layout(server, project.database);
    project.write(growth[1].replaceAll('Post', 'Article').replace('name      String', 'label     String'));
    project.must('dev', '--rename', 'Post=Article', '--rename', 'User.name=label');
    assert.match(project.read(project.names()[1]), /ALTER TABLE `User` RENAME COLUMN `name` TO `label`/);
    assert.deepEqual(project.sql('SELECT email, label FROM `User`'), ['a\tx']);
    assert.equal(project.json('status').ok, true);
    project.must('rollback');
    assert.deepEqual(layout(server, project.database), before);
  });

  await on('what fails says what is left of it, and blocks until it is resolved', async (t2) => {
    const project = mysqlProject(t2, server, growth[0]);
    project.must('dev');
    project.sql("INSERT INTO `User` (email) VALUES ('a'), ('b')");
    const name = '29990101000000_bad';
    project.add(name, 'ALTER TABLE `User` ADD COLUMN `x` TEXT;\nCREATE UNIQUE INDEX `r` ON `User`(`role`);\n');
    const failed = project.run('deploy');
    assert.equal(failed.status, 1);
    assert.match(failed.stderr, /_bad failed: statement 2 failed: Duplicate entry 'USER' for key 'r'/);
    assert.match(failed.stderr, /the statement before it is done/);
    assert.deepEqual(project.history().at(-1), [name, 'failed']);
    assert.match(project.run('deploy').stderr, new RegExp(`${name} failed, and nothing is applied`));
    project.sql('ALTER TABLE `User` DROP COLUMN `x`; DELETE FROM `User` WHERE email = "b"');
    project.must('resolve', '--rolled-back', name);
    assert.equal(project.must('deploy'), `applied ${name}\n`);
    project.add('29990101000001_wrong', 'CREATE TABLE `W` (id INT);\nINSERT INTO nowhere VALUES (1);\n');
    assert.match(project.run('deploy').stderr, /_wrong doesn't run on an empty database: statement 2 failed: Table .*nowhere' doesn't/);
  });

  await on('dangers are told, and refused without a word', async (t2) => {
    const project = mysqlProject(t2, server, growth[0]);
    project.must('dev');
    project.sql("INSERT INTO `User` (email, name) VALUES ('a', 'x'), ('b', NULL)");
    project.write(growth[0].replace('  name  String?\n', ''));
    const refused = project.run('dev', '--drop', 'User.name');
    assert.match(refused.stderr, /column "User"."name" would be dropped with its 1 value/);
    project.write(growth[0].replace('name  String?', 'name  String'));
    const nulls = project.run('dev');
    assert.match(nulls.stderr, /becomes required, but 1 row/);
    assert.match(nulls.stderr + nulls.stdout, /UPDATE "User" SET "name" = … WHERE "name" IS NULL LIMIT 1000/);
  });

  await on('a database that is there already is taken over without touching a row', async (t2) => {
    const project = mysqlProject(t2, server, growth[1]);
    must(['db', 'push', project.folder], { env: project.env });
    project.sql('CREATE VIEW titles AS SELECT title FROM `Post`; INSERT INTO `User` (email) VALUES ("a")');
    project.must('dev', '--baseline');
    assert.deepEqual(project.history(), [['0_init', 'applied']]);
    assert.match(project.read('0_init'), /CREATE VIEW `titles`/);
    assert.equal(project.must('dev'), 'the migrations are what the schema says\n');
    const again = newDatabase(server);
    project.must('deploy', '--database-url', project.url(again));
    assert.deepEqual(layout(server, again), layout(server, project.database));
    assert.deepEqual(project.sql('SELECT COUNT(*) FROM `User`'), ['1']);
  });

  await on('three at once: each migration is applied once', async (t2) => {
    const project = mysqlProject(t2, server, growth[0]);
    project.must('dev', '--create-only');
    for (let i = 0; i < 6; ++i)
      project.add(`29990101${String(i).padStart(6, '0')}_step`, `CREATE TABLE \`T${i}\` (id INT);\nINSERT INTO \`T${i}\` VALUES (1);\n`);
    const all = Array.from({ length: 3 }, () => {
      const child = spawn(trivet, ['migrate', 'deploy', '--json'],
        { cwd: project.folder, env: project.env, stdio: ['ignore', 'pipe', 'pipe'] });
      child.out = '';
      child.stdout.on('data', (text) => { child.out += text; });
      child.ended = new Promise((resolve) => child.on('close', resolve));
      return child;
    });
    assert.deepEqual(await Promise.all(all.map((child) => child.ended)), [0, 0, 0]);
    assert.deepEqual(all.flatMap((child) => JSON.parse(child.out).applied).toSorted(), project.names());
    assert.deepEqual(project.history(), project.names().map((name) => [name, 'applied']));
  });

  await on('a user who may make no database deploys all the same, and develops with one that is named', async (t2) => {
    const project = mysqlProject(t2, server, growth[0]);
    const beside = newDatabase(server);
    sql(server, 'mysql', `CREATE USER small@'127.0.0.1' IDENTIFIED BY 'x'; GRANT ALL ON ${project.database}.* TO small@'127.0.0.1';
      GRANT ALL ON ${beside}.* TO small@'127.0.0.1'`);
    const at = (name) => `mysql://small:x@127.0.0.1:${server.port}/${name}`;
    project.env.TRIVET_DATABASE_URL = at(project.database);
    const refused = project.run('dev');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /may not make the empty database in which migrations are tried out/);
    assert.match(refused.stderr, /TRIVET_DATABASE_SHADOW_URL/);
    sql(server, beside, 'CREATE TABLE left_over (id INT)');
    project.env.TRIVET_DATABASE_SHADOW_URL = at(beside);
    project.must('dev', '--name', 'first');
    assert.deepEqual(sql(server, beside, 'SHOW TABLES'), []);
    delete project.env.TRIVET_DATABASE_SHADOW_URL;
    project.add('29990101000000_more', 'CREATE TABLE `More` (id INT PRIMARY KEY);\n');
    const deployed = project.run('deploy');
    assert.equal(deployed.status, 0, deployed.stderr);
    assert.match(deployed.stderr, /dangers are known in part only/);
    assert.deepEqual(project.history().map(([, state]) => state), ['applied', 'applied']);
  });

  await on('kill -9 in the middle: what is left is known to be half done', async (t2) => {
    const project = mysqlProject(t2, server, growth[0]);
    project.must('dev');
    const name = '29990101000000_slow';
    project.add(name, 'CREATE TABLE `A` (id INT);\n-- only where there are rows, so not in the empty database\n' +
      'DO (SELECT MAX(SLEEP(60)) FROM `User`);\nCREATE TABLE `B` (id INT);\n');
    project.sql("INSERT INTO `User` (email) VALUES ('a')");
    const child = spawn(trivet, ['migrate', 'deploy'], { cwd: project.folder, env: project.env, stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    for (let tries = 0; ; ++tries) {
      if (sql(server, 'mysql', "SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'").length > 0) break;
      assert.ok(tries < 1000 && child.exitCode === null, 'the script runs');
      await delay(20);
    }
    child.kill('SIGKILL');
    await ended;
    assert.deepEqual(project.history().at(-1), [name, 'failed']);
    assert.match(project.run('deploy').stderr, new RegExp(`${name} failed, and nothing is applied`));
    assert.deepEqual(project.sql("SHOW TABLES LIKE 'A'"), ['A']);
  });
});
