// trivet test: rule tests beside the schema, on store/memory and on a database of their own.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { isInstalled, startServer } from '../postgres/server.mjs';
import { folder, must, project, run } from './support.mjs';

const schema = `datasource db {
  provider = "sqlite"
}
model User {
  id    Int     @id
  name  String
  email String? @allow('read', auth().id == id)
  posts Post[]
  @@allow('read', true)
  @@map("people")
}
model Post {
  id       Int     @id @default(autoincrement())
  title    String  @map("headline")
  open     Boolean @default(false)
  rank     Decimal?
  authorId Int?
  author   User?   @relation(fields: [authorId], references: [id])
  @@allow('read', open || author == auth())
  @@allow('create,update,delete', author == auth())
}
`;

const given = `
[[given.User]]
id = 1
name = "Ann"
email = "ann@x"

[[given.User]]
id = 2
name = "Bob"

[[given.Post]]
id = 5
title = "a \\"b\\", c"
open = true
rank = 2.50
authorId = 1

[[given.Post]]
id = 6
title = "draft"
authorId = 1

[as]
ann = { id = 1 }
bob = { id = 2 }
`;

function shop(t, tests, provider = 'sqlite') {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema.replace('"sqlite"', `"${provider}"`));
  if (tests !== undefined) writeFileSync(path.join(made, 'schema.test.toml'), given + tests);
  return made;
}

const every = `
[[test]]
name = "reads"
read = "Post"
where = { title = ["a \\"b\\", c", "x"] }
gives = [{ id = 5, title = "a \\"b\\", c", rank = 2.5 }]
count = 1

[[test]]
name = "own drafts"
as = "ann"
read = "Post"
where = { open = false }
gives = '[{"id": 6}]'

[[test]]
name = "email shown"
as = "ann"
read = "User"
where = { id = 1 }
shows = ["name", "email"]

[[test]]
name = "email hidden"
as = "bob"
read = "User"
hides = ["email"]

[[test]]
name = "creates"
as = "bob"
create = "Post"
row = { title = "n", authorId = 2 }
gives = [{ title = "n", open = false }]

[[test]]
name = "creates many, and nothing stays"
as = "bob"
create = "Post"
rows = [{ title = "n", authorId = 2 }, { title = "m", authorId = 2 }]
count = 2

[[test]]
name = "not for others"
as = "bob"
create = "Post"
row = '{"title": "n", "authorId": null}'
refused = "42501"

[[test]]
name = "changes own"
as = "ann"
update = "Post"
where = { id = 6 }
set = { open = true }
gives = [{ id = 6, open = true }]

[[test]]
name = "not others'"
as = "bob"
delete = "Post"
where = { id = 5 }
refused = true

[[test]]
name = "deletes"
as = "ann"
delete = "Post"
allowed = true

[[test]]
name = "as a request"
request = "GET /Post?select=headline,author:people(name)&order=id"
gives = '[{"headline": "a \\"b\\", c", "author": {"name": "Ann"}}]'

[[test]]
name = "the service"
as = "service"
read = "Post"
count = 2
`;

test('all of it holds, on both stores, and nothing is left', (t) => {
  const made = shop(t, every);
  const before = readdirSync(os.tmpdir()).filter((name) => name.startsWith('trivet-test-')).length;
  const text = must(['test', made]);
  assert.match(text, /schema\.test\.toml on memory\n {2}ok {4}reads\n/);
  assert.match(text, /schema\.test\.toml on sqlite\n/);
  assert.match(text, /24 passed, 0 failed\n$/);
  assert.deepEqual(readdirSync(made).sort(), ['schema.test.toml', 'schema.zmodel']);
  assert.ok(readdirSync(os.tmpdir()).filter((name) => name.startsWith('trivet-test-')).length <= before);
  assert.match(must(['test', made, '--store', 'memory', '--filter', 'email']), /2 passed, 0 failed\n$/);
});

test('what init makes passes', (t) => {
  assert.match(must(['test', project(t)]), /12 passed, 0 failed\n$/);
});

test('each expectation can fail, and says where and how', (t) => {
  const wrong = [
    ['read = "Post"\ngives = [{ id = 6 }]', /expected {2}gives \[{"id":6}\]\n +got {2}\[{"id":5}\]/],
    ['read = "Post"\ngives = []', /got {2}\[{"id":5,/],
    ['read = "Post"\ncount = 2', /expected {2}2 rows/],
    ['read = "Post"\nwhere = { id = 6 }\nallowed = true', /expected {2}allowed\n +got {2}\[\]/],
    ['read = "Post"\nrefused = true', /expected {2}refused/],
    ['create = "Post"\nrow = { title = "x" }\nrefused = "23505"', /refused with 23505\n +got {2}.*42501/],
    ['create = "Post"\nrow = { title = "x" }\ngives = [{ id = 7 }]', /got {2}.*42501/],
    ['read = "User"\nshows = ["email"]', /expected {2}shows email\n +got {2}.*42501/],
    ['read = "User"\nhides = ["name"]', /expected {2}hides name\n +got {2}\[{"name":"Ann"}/],
    ['as = "ann"\ndelete = "Post"\nrefused = true', /expected {2}refused\n +got {2}2 rows/],
  ];
  const made = shop(t, wrong.map(([text], i) => `\n[[test]]\nname = "wrong ${i}"\n${text}\n`).join(''));
  const done = run(['test', made, '--store', 'database']);
  assert.equal(done.status, 1);
  assert.match(done.stdout, /0 passed, 10 failed\n$/);
  const parts = done.stdout.split('FAIL').slice(1);
  wrong.forEach(([, expected], i) => assert.match(parts[i], expected));
  assert.match(parts[0], /schema\.test\.toml:27:1: anon: GET \/rest\/v1\/Post\n/);
});

test('problems of the file are told with their places, all at once', (t) => {
  const made = shop(t, `
[[test]]
read = "Pots"
count = 1
[[test]]
as = "cay"
read = "Post"
where = { tilte = "x" }
[[test]]
read = "Post"
create = "Post"
allowed = true
[[test]]
read = "Post"
alowed = true
[[test]]
update = "Post"
allowed = false
[[test]]
read = "Post"
gives = "[{]"
`);
  const done = run(['test', made]);
  assert.equal(done.status, 1);
  for (const told of [/toml:28:8: there is no model "Pots"/, /toml:31:6: \[as\] has no "cay"/, /toml:33:11: Post has no field "tilte"/,
    /toml:30:1: a test expects something/, /toml:34:1: a test does one thing/, /toml:40:1: what is "alowed"\?/,
    /toml:41:1: update needs what to `set`/, /toml:43:11: `allowed = true`; write the opposite as refused = true/,
    /toml:46:9: this text isn't JSON/])
    assert.match(done.stderr, told);
  writeFileSync(path.join(made, 'schema.test.toml'), 'given = [');
  assert.match(run(['test', made]).stderr, /schema\.test\.toml:1:\d+: /);
  writeFileSync(path.join(made, 'schema.test.toml'), '[[given.User]]\nid = "x"\n');
  assert.match(run(['test', made]).stderr, /schema\.test\.toml:1:1: .*22P02/);
  assert.match(run(['test', shop(t)]).stderr, /there are no tests/);
});

test('on PostgreSQL: a database that is made and dropped', { skip: !isInstalled }, async (t) => {
  const server = await startServer(t);
  const made = shop(t, every, 'postgresql');
  const url = `database.url=${server.url}`;
  const text = must(['test', made, '--set', url]);
  assert.match(text, /schema\.test\.toml on postgresql\n/);
  assert.match(text, /24 passed, 0 failed\n$/);
  assert.equal(server.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'trivet_test%'").stdout.trim(), '0');
});
