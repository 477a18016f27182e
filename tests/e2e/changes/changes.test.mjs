// A change that is made through one node, or past all of them, is told by others, to those who may see the row.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, json, must, post, run, serve } from '../cli/support.mjs';
import * as mariadb from '../mysql/server.mjs';
import * as postgres from '../postgres/server.mjs';
import { watch } from './events.mjs';

const schema = (provider) => `datasource db { provider = "${provider}" }
model Note {
  id    Int     @id
  room  String
  text  String?
  shown Boolean @default(true)
  @@realtime
  @@allow('read', shown)
}
model Pair {
  left  Int
  right String
  @@id([left, right])
  @@realtime('create,delete')
  @@allow('all', true)
}
model Silent {
  id Int @id
  @@allow('all', true)
}
model Closed {
  id Int @id
  @@realtime
}
`;

function project(t, provider, url) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema(provider));
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${url(made)}"\n`, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const as = (key) => ({ apikey: key });
  return { made, anonymous: as(keys.publishable_key), service: as(keys.secret_key) };
}

const node = async (t, made, ...words) => {
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', ...words]);
  return { server, rest: `${server.url}/rest/v1` };
};
const write = async (url, method, headers, body) => {
  const answer = await json(url, { ...post(body ?? [], headers), method });
  assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
};

const stores = [
  { name: 'SQLite', provider: 'sqlite', start: () => ({}), url: () => (made) => `file:${made}/app.db` },
  { name: 'PostgreSQL', provider: 'postgresql', isInstalled: postgres.isInstalled, start: postgres.startServer,
    url: ({ url }) => () => url },
  { name: 'MariaDB', provider: 'mysql', start: mariadb.startServer, isInstalled: mariadb.isInstalled, url: ({ url }) => () => url },
];

for (const store of stores) {
  const skip = store.isInstalled === false ? `${store.name} is not installed` : false;
  test(`three nodes on ${store.name}: what one writes, the others tell`, { skip }, async (t) => {
    const database = await store.start(t);
    const { made, anonymous, service } = project(t, store.provider, store.url(database));
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => node(t, made)));
    const all = await watch(t, `${one.rest}/Note?select=id,text`, service);
    const own = await watch(t, `${two.rest}/Note?room=eq.a&select=id,room`, anonymous);
    const pairs = await watch(t, `${two.rest}/Pair`, anonymous);
    const note = `${three.rest}/Note`;
    await write(note, 'POST', service, [{ id: 1, room: 'a', shown: true, text: 'line\nline "two"' },
      { id: 2, room: 'b', shown: true, text: null }, { id: 3, room: 'a', shown: false, text: '' }]);
    assert.deepEqual((await all.take(3)).toSorted(), ['insert 1', 'insert 2', 'insert 3']);
    const steps = [['PATCH', 3, { text: 'still hidden' }], ['PATCH', 1, { text: 'changed' }], ['DELETE', 3], ['DELETE', 1],
      ['PATCH', 2, { room: 'a' }]];
    for (const [method, id, body] of steps) {
      await write(`${note}?id=eq.${id}`, method, service, body);
      assert.deepEqual(await all.take(1), [`${method === 'PATCH' ? 'update' : 'delete'} ${id}`]);
    }
    // Rows that are hidden or of other rooms never come; one that comes into the room is told as what it is.
    assert.deepEqual(await own.take(4), ['insert 1', 'update 1', 'delete 1', 'update 2']);
    const odd = 'a,b.c:d&e "f" ü';
    await write(`${three.rest}/Pair`, 'POST', service, { left: 7, right: odd });
    assert.deepEqual(await pairs.take(1), [`insert ${odd}`]);
    await write(`${three.rest}/Pair?left=eq.7`, 'DELETE', service);
    assert.deepEqual(await pairs.take(1), [`delete ${odd}`]);
    assert.equal(own.events.length + all.events.length, 0);
    // What goes on for ever ends when the server does.
    const started = performance.now();
    assert.equal(await one.server.stop(), 0);
    await all.end();
    assert.ok(performance.now() - started < 8000);
    assert.equal(own.hasEnded(), false);
  });
}

test('what can not be watched', async (t) => {
  const { made, anonymous, service } = project(t, 'sqlite', (place) => `file:${place}/app.db`);
  const { rest } = await node(t, made);
  const refused = async (target, headers) => {
    const { status, body } = await watch(t, `${rest}/${target}`, headers);
    return [status, body.code];
  };
  assert.deepEqual(await refused('Silent', anonymous), [400, 'PGRST127']);
  assert.deepEqual(await refused('Closed', anonymous), [401, '42501']);
  assert.deepEqual(await refused('Note?limit=5', anonymous), [400, 'PGRST100']);
  assert.deepEqual(await refused('Note?nothing=eq.5', anonymous), [400, '42703']);
  assert.deepEqual(await refused('Nothing', anonymous), [404, 'PGRST205']);
  assert.deepEqual(await refused('Note', { apikey: 'sb_publishable_no' }), [401, undefined]);
  await (await watch(t, `${rest}/Closed`, service)).stop();
});

test('without @@realtime nothing is kept, and taking it away takes the triggers', async (t) => {
  const { made, service } = project(t, 'sqlite', (place) => `file:${place}/app.db`);
  const before = await node(t, made);
  await write(`${before.rest}/Note`, 'POST', service, { id: 1, room: 'a' });
  assert.equal(await before.server.stop(), 0);
  writeFileSync(path.join(made, 'schema.zmodel'), schema('sqlite').replaceAll(/@@realtime.*/g, ''));
  const after = await node(t, made);
  await write(`${after.rest}/Note`, 'POST', service, { id: 2, room: 'a' });
  const answer = await json(`${after.rest}/Note`, { headers: { ...service, accept: 'text/event-stream' } });
  assert.equal(answer.status, 406);
  assert.match(run(['doctor', made]).stdout, /in sync|matches|ok/i);
});

test('PostgreSQL: transactions that end late, writers beside us, a database that was away', { skip: !postgres.isInstalled }, async (t) => {
  const database = await postgres.startServer(t);
  const { made, anonymous } = project(t, 'postgresql', () => database.url);
  const { rest } = await node(t, made);
  const stream = await watch(t, `${rest}/Note`, anonymous);
  const slow = database.session(`BEGIN; INSERT INTO "Note" VALUES (1, 'a'); SELECT pg_sleep(1.5); COMMIT`);
  const sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  while (database.sql(sleeping).stdout.trim() !== '1') await new Promise(setImmediate);
  database.sql(`INSERT INTO "Note" VALUES (2, 'a')`);
  assert.deepEqual(await stream.take(1), ['insert 2']);
  assert.deepEqual(await stream.take(1), ['insert 1']);
  slow.kill();
  database.sql(`BEGIN; INSERT INTO "Note" VALUES (3, 'a'); ROLLBACK`);
  await database.kill('SIGQUIT');
  await database.start();
  database.sql(`UPDATE "Note" SET text = 'after' WHERE id = 1`);
  assert.deepEqual(await stream.take(1), ['update 1']);
  // More than can be told one by one: the watcher is told to look again.
  database.sql(`INSERT INTO "Note" SELECT n, 'b' FROM generate_series(100, 20000) n`);
  assert.deepEqual(await stream.take(1), ['missed']);
  database.sql(`DELETE FROM "Note" WHERE id = 2`);
  assert.deepEqual(await stream.take(1), ['delete 2']);
});

test('MariaDB: numbers whose transactions end late', { skip: !mariadb.isInstalled }, async (t) => {
  const database = await mariadb.startServer(t);
  const { made, anonymous } = project(t, 'mysql', () => database.url);
  const { rest } = await node(t, made);
  const stream = await watch(t, `${rest}/Note`, anonymous);
  const slow = spawn('/usr/bin/mariadb', ['--no-defaults', '-S', path.join(database.folder, 'socket'), '-u', 'root', 'app', '-e',
    "START TRANSACTION; INSERT INTO Note (id, room, shown) VALUES (1, 'a', 1); SELECT SLEEP(1.5); COMMIT"]);
  const done = new Promise((resolve) => { slow.on('exit', resolve); });
  const sleeping = "SELECT info FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'";
  while (!/SLEEP/.test(database.sql(sleeping).stdout)) await new Promise(setImmediate);
  database.sql("INSERT INTO Note (id, room, shown) VALUES (2, 'a', 1)");
  assert.deepEqual(await stream.take(1), ['insert 2']);
  assert.deepEqual(await stream.take(1), ['insert 1']);
  assert.equal(await done, 0);
});

test('PostgreSQL: a deleted row of which only the database could say whether it was seen', { skip: !postgres.isInstalled }, async (t) => {
  const database = await postgres.startServer(t);
  const { made, anonymous } = project(t, 'postgresql', () => database.url);
  database.sql(`CREATE FUNCTION label("Note") RETURNS text STABLE LANGUAGE sql AS $$ SELECT $1.room || $1.id $$`);
  const { rest } = await node(t, made, '--set', 'rest.functions=label');
  const stream = await watch(t, `${rest}/Note?label=eq.a1&select=id,label`, anonymous);
  database.sql(`INSERT INTO "Note" VALUES (1, 'a'), (2, 'a')`);
  assert.deepEqual(await stream.take(1), ['insert 1']);
  database.sql('DELETE FROM "Note"');
  database.sql(`INSERT INTO "Note" VALUES (1, 'a')`);
  assert.deepEqual(await stream.take(1), ['insert 1']);
});
