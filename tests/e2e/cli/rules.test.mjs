// trivet rules: who may do what, what one request becomes; the warnings of validate.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, project, run } from './support.mjs';

const schema = `datasource db {
  provider = "sqlite"
}
model User {
  id       Int    @id
  name     String
  email    String @allow('read', auth().id == id)
  password String
  posts    Post[]
  @@allow('read', true)
  @@allow('update', this == auth())
}
model Post {
  id       Int     @id @default(autoincrement())
  title    String
  open     Boolean @default(false)
  authorId Int
  author   User    @relation(fields: [authorId], references: [id])
  @@allow('read', open || author == auth())
  @@allow('create', author == auth())
  @@allow('delete', open && !open)
}
model Log {
  id   Int    @id
  text String
}
`;

function shop(t, text = schema) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), text);
  return made;
}

test('each model and operation, and what one reaches without signing in', (t) => {
  const text = must(['rules', shop(t)]);
  assert.match(text, /^User\n {2}read +everyone +every row\n/);
  assert.match(text, /update +anonymous +no\n +signed in +where id is the caller's id\n/);
  assert.match(text, /\.email +anonymous +no\n +signed in +where the caller's id is id\n/);
  assert.match(text, /Post\n {2}read +anonymous +where open\n +signed in +where open or authorId is the caller's id\n/);
  assert.match(text, /Closed to all but the service key: Log\n/);
  const reached = text.slice(text.indexOf('Without signing in'));
  assert.match(reached, /User: every row\n +id +shown\n +name +shown\n +email +hidden\n +password +shown\n +posts +-> Post\n/);
  assert.match(reached, /Post: where open\n/);
  assert.doesNotMatch(reached, /Log/);
});

test('the same as JSON', (t) => {
  const { models } = JSON.parse(must(['rules', shop(t), '--json']));
  assert.deepEqual(models.map((model) => model.name), ['User', 'Post', 'Log']);
  assert.deepEqual(models[0].read, { anonymous: true, signed_in: true });
  assert.deepEqual(models[0].fields.email.read, { anonymous: false, signed_in: "the caller's id is id" });
  assert.deepEqual(models[1].create, { anonymous: false, signed_in: "authorId is the caller's id" });
  assert.deepEqual(models[2].read, { anonymous: false, signed_in: false });
});

test('--explain: the predicate as it is applied, and the SQL', (t) => {
  const made = shop(t);
  const explain = (request, ...more) => run(['rules', made, '--explain', request, ...more]);
  const read = explain('GET /rest/v1/Post?select=title,author(name,email)&title=eq.x', '--as', '{"id":7}').stdout;
  assert.match(read, /^Post where title is "x" and \(open or authorId is the caller's id \(7\)\)$/m);
  assert.match(read, /^ {2}author: User, every row$/m);
  assert.match(read, /^ {4}shows email where the caller's id \(7\) is id$/m);
  assert.match(read, /^SELECT .* FROM "Post" AS t0 WHERE /m);
  assert.match(read, /^ {2}\?1 = "x"$/m);
  const nobody = explain('GET /Post');
  assert.match(nobody.stdout, /^as anonymous$/m);
  assert.match(nobody.stdout, /^Post where open$/m);
  assert.match(explain('GET /Post', '--as', 'service').stdout, /^Post, every row$/m);
  const written = explain('PATCH /User?id=eq.1', '--as', '{"id":7}', '--data', '{"name":"x"}').stdout;
  assert.match(written, /^update User where: id is 1 and id is the caller's id \(7\)$/m);
  assert.match(written, /^UPDATE "User" /m);
  const made_of = explain('POST /Post', '--as', '{"id":7}', '--data', '{"title":"x","authorId":1}').stdout;
  assert.match(made_of, /^each new row must have: authorId is the caller's id \(7\)$/m);
});

test('--explain: as the bearer of a token, and what is refused', (t) => {
  const made = project(t);
  const keys = JSON.parse(must(['keys', made, '--json']));
  const explain = (request, ...more) => run(['rules', made, '--explain', request, ...more]);
  assert.match(explain('GET /Post', '--as', keys.service_role_key).stdout, /the service key: no rule applies/);
  assert.match(explain('GET /Post', '--as', keys.anon_key).stdout, /^Post where status is published$/m);
  const forged = explain('GET /Post', '--as', `${keys.anon_key}x`);
  assert.equal(forged.status, 1);
  assert.equal(forged.stdout, '');
  assert.equal(explain('GET /Nothing').status, 1);
  assert.equal(explain('FETCH /Post').status, 2);
  assert.equal(run(['rules', made, '--as', 'anon']).status, 2);
  const closed = run(['rules', shop(t), '--explain', 'GET /Log']);
  assert.equal(closed.status, 1);
  assert.match(closed.stderr, /permission denied for table Log/);
});

test('on PostgreSQL the SQL is one statement', (t) => {
  const made = shop(t, schema.replace('"sqlite"', '"postgresql"'));
  const text = must(['rules', made, '--explain', 'GET /Post?select=title,author(name)', '--as', '{"id":7}']);
  assert.equal(text.match(/^SELECT /gm).length, 1);
  assert.match(text, /^ {2}\$1 = the caller's id \(7\)$/m);
});

test('validate warns, and a warning is no failure', (t) => {
  const checked = run(['validate', shop(t)]);
  assert.equal(checked.status, 0);
  assert.match(checked.stderr, /schema\.zmodel:8:\d+: warning: the field "password" of User is named like a secret/);
  assert.match(checked.stderr, /schema\.zmodel:21:\d+: warning: this rule is never true, so it allows nothing/);
  const { ok, diagnostics } = JSON.parse(run(['validate', shop(t), '--json']).stdout);
  assert.equal(ok, true);
  assert.deepEqual(diagnostics.map((one) => [one.line, one.kind]), [[8, 'warning'], [21, 'warning']]);
  assert.equal(run(['validate', project(t)]).stderr, '');
});
