// Functions that give rows of a table embed what the table's rows would (issue 3): under the caller's rules, while the rows
// themselves are the function's affair. Without Debian's package the tests skip.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from './server.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';

const schema = `datasource db {
  provider = "postgresql"
}
type Caller {
  sub String
  @@auth
}
model Studio {
  id    Int    @id
  name  String
  films Film[]
  @@allow('read', name != 'Hidden')
  @@map("studios")
}
model Film {
  id       Int      @id
  title    String
  seen     DateTime @default(now()) @db.Timestamptz(3)
  price    Decimal? @db.Decimal(10, 2)
  notes    Json?
  cover    Bytes?
  rating   Int?     @allow('read', auth() != null)
  studioId Int?     @map("studio_id")
  studio   Studio?  @relation(fields: [studioId], references: [id])
  roles    Role[]
  @@allow('read', auth() != null)
  @@map("films")
}
model Actor {
  id    Int    @id
  name  String
  roles Role[]
  @@allow('read', true)
  @@map("actors")
}
model Role {
  filmId  Int    @map("film_id")
  actorId Int    @map("actor_id")
  name    String
  secret  String @allow('read', false)
  film    Film   @relation(fields: [filmId], references: [id])
  actor   Actor  @relation(fields: [actorId], references: [id])
  @@id([filmId, actorId])
  @@allow('read', name != 'cut')
  @@map("roles")
}
model Payment {
  id     Int   @id
  filmId Int   @map("film_id")
  @@map("payments")
}
`;

const prepared = `
INSERT INTO studios VALUES (1, 'Babel'), (2, 'Hidden');
INSERT INTO films (id, title, seen, price, notes, cover, rating, studio_id) VALUES
  (1, 'Arrival', '2024-01-31 12:00:00+00', 9.90, '{"n": 1}', '\\x00ff', 5, 1),
  (2, 'Brazil', '2024-01-31 12:00:00+00', NULL, NULL, NULL, 4, 2),
  (3, 'Casablanca', '2024-01-31 12:00:00+00', 1.00, NULL, NULL, NULL, NULL);
INSERT INTO actors VALUES (1, 'Ana'), (2, 'Bo'), (3, 'Cy');
INSERT INTO roles VALUES (1, 1, 'lead', 's'), (1, 2, 'cut', 's'), (2, 2, 'villain', 's'), (2, 3, 'extra', 's');
CREATE FUNCTION films_like(part text) RETURNS SETOF films STABLE LANGUAGE sql AS
  'SELECT * FROM films WHERE title ~* part ORDER BY id DESC';
CREATE FUNCTION raise_prices(by numeric) RETURNS SETOF films LANGUAGE sql AS
  'UPDATE films SET price = price + by WHERE price IS NOT NULL RETURNING *';
CREATE FUNCTION made_up() RETURNS SETOF films STABLE LANGUAGE sql AS
  $$VALUES (9, 'Made up', '2024-01-31 12:00:00+00'::timestamptz(3), NULL::numeric(10,2), NULL::jsonb, NULL::bytea, 1, 1)$$;
CREATE FUNCTION film(id int) RETURNS films STABLE LANGUAGE sql AS 'SELECT * FROM films WHERE films.id = film.id';
CREATE FUNCTION titles() RETURNS TABLE (id int, title text) STABLE LANGUAGE sql AS 'SELECT id, title FROM films';
CREATE FUNCTION many() RETURNS SETOF films STABLE LANGUAGE sql AS
  'SELECT f.* FROM films f, generate_series(1, 10001) WHERE f.id = 1';
`;
const open = ['films_like', 'raise_prices', 'made_up', 'film', 'titles', 'many'];

async function start(t, settings = '') {
  const database = await startServer(t);
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  writeFileSync(path.join(made, 'trivet.toml'),
    `[database]\nurl = "${database.url}"\n[rest]\nfunctions = ${JSON.stringify(open)}\n${settings}`, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const done = database.sql(prepared);
  assert.equal(done.status, 0, done.stderr);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const call = async (query, { body, headers = {}, key = keys.publishable_key } = {}) => {
    const answer = await fetch(`${server.url}/rest/v1/rpc/${query}`, { method: body ? 'POST' : 'GET',
      headers: { apikey: key, 'Content-Type': 'application/json', ...headers }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    const type = answer.headers.get('content-type') ?? '';
    return { status: answer.status, text, range: answer.headers.get('content-range'), type,
      json: /json/.test(type) && text ? JSON.parse(text) : undefined };
  };
  return { database, keys, server, call };
}

test('results of functions embed', { skip }, async (t) => {
  const { database, keys, server, call } = await start(t);
  const anon = createClient(server.url, keys.publishable_key);
  const admin = createClient(server.url, keys.secret_key);
  const read = async (query) => {
    const answer = await call(query);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  };

  await t.test('rows as the function gives them, and below them what the caller may read', async () => {
    const some = await anon.rpc('films_like', { part: 'a' })
      .select('id,title,studio:studios(name),roles(name,actors(name))').neq('id', 3);
    assert.deepEqual(some.data, [
      { id: 2, title: 'Brazil', studio: null,
        roles: [{ name: 'villain', actors: { name: 'Bo' } }, { name: 'extra', actors: { name: 'Cy' } }] },
      { id: 1, title: 'Arrival', studio: { name: 'Babel' }, roles: [{ name: 'lead', actors: { name: 'Ana' } }] },
    ], JSON.stringify(some.error));
    const all = await admin.rpc('films_like', { part: 'arr' }).select('studios(name),roles(name,secret)');
    assert.deepEqual(all.data, [{ studios: { name: 'Babel' },
      roles: [{ name: 'lead', secret: 's' }, { name: 'cut', secret: 's' }] }]);
    // The table itself is closed to this caller, and so is one of its columns.
    assert.deepEqual((await anon.from('films').select()).data, []);
    assert.deepEqual((await anon.rpc('films_like', { part: 'arr' }).select('*,studios(name)')).data, [
      { id: 1, title: 'Arrival', seen: '2024-01-31T12:00:00+00:00', price: 9.9, notes: { n: 1 }, cover: '\\x00ff', rating: 5,
        studio_id: 1, studios: { name: 'Babel' } }]);
    const denied = await anon.rpc('films_like', { part: 'arr' }).select('id,roles(secret)');
    assert.equal(denied.error.code, '42501');
    assert.equal(denied.status, 401);
    assert.deepEqual(await read('made_up?select=title,studios(name),roles(name)'),
      [{ title: 'Made up', studios: { name: 'Babel' }, roles: [] }]);
  });
  await t.test('filters, order and pages of both', async () => {
    assert.deepEqual(await read('films_like?part=a&select=id,roles(name)&roles.order=name.desc&roles.limit=1&order=id&limit=2'),
      [{ id: 1, roles: [{ name: 'lead' }] }, { id: 2, roles: [{ name: 'villain' }] }]);
    assert.deepEqual(await read('films_like?part=a&select=id,...studios(studio:name)&price=gte.1&order=price.desc'),
      [{ id: 1, studio: 'Babel' }, { id: 3, studio: null }]);
    assert.deepEqual(await read('films_like?part=a&select=id,studios!inner(name)'), [{ id: 1, studios: { name: 'Babel' } }]);
    assert.deepEqual(await read('films_like?part=a&select=id,studios()&studios=is.null&order=id'), [{ id: 2 }, { id: 3 }]);
    assert.deepEqual(await read('films_like?part=a&select=id,roles()&roles=not.is.null&roles.name=eq.extra'), [{ id: 2 }]);
    assert.deepEqual(await read('films_like?part=a&select=id,studios(name)&or=(studios.is.null,id.eq.1)&id=lt.3&order=id.asc'),
      [{ id: 1, studios: { name: 'Babel' } }, { id: 2, studios: null }]);
    assert.deepEqual(await read('films_like?part=a&select=id,studios()&order=studios(name).asc.nullslast,id&limit=2&offset=1'),
      [{ id: 2 }, { id: 3 }]);
    const counted = await call('films_like?part=a&select=id,roles(name)&limit=1', { headers: { Prefer: 'count=exact' } });
    assert.deepEqual([counted.status, counted.range, counted.json.length], [206, '0-0/3', 1]);
    const inner = await call('films_like?part=a&select=id,roles!inner(name)&limit=1&offset=1&order=id',
      { headers: { Prefer: 'count=exact' } });
    assert.deepEqual([inner.status, inner.range, inner.json[0].id], [206, '1-1/2', 2]);
    const beyond = await call('films_like?part=a&select=id,roles!inner(name)&offset=7', { headers: { Prefer: 'count=exact' } });
    assert.deepEqual([beyond.status, beyond.json.code], [416, 'PGRST103']);
    assert.deepEqual(await read('films_like?part=nothing&select=id,roles(name)'), []);
    assert.deepEqual(await read("films_like?part=.&select=id,roles(name)&title=eq.x');DROP TABLE films;--"), []);
  });
  await t.test('forms of answers', async () => {
    const one = await anon.rpc('films_like', { part: 'arr' }).select('title,studios(name)').single();
    assert.deepEqual(one.data, { title: 'Arrival', studios: { name: 'Babel' } });
    assert.equal((await anon.rpc('films_like', { part: 'a' }).select('title,studios(name)').single()).error.code, 'PGRST116');
    assert.deepEqual((await anon.rpc('films_like', { part: 'a' }, { get: true }).select('id,studios!inner()').single()).data, { id: 1 });
    assert.deepEqual(await read('film?id=1&select=title,roles(name)'), { title: 'Arrival', roles: [{ name: 'lead' }] });
    const csv = await call('films_like?part=arr&select=title,studios(name)', { headers: { Accept: 'text/csv' } });
    assert.equal(csv.text, 'title,studios\nArrival,"{""name"":""Babel""}"');
    const stripped = await call('films_like?part=braz&select=title,studios(name)',
      { headers: { Accept: 'application/vnd.pgrst.array+json;nulls=stripped' } });
    assert.deepEqual(stripped.json, [{ title: 'Brazil' }]);
    const moved = await call('films_like?part=arr&select=seen,studios(name)', { headers: { Prefer: 'timezone=Asia/Kolkata' } });
    assert.equal(moved.json[0].seen, '2024-01-31T17:30:00+05:30');
    const head = await fetch(`${server.url}/rest/v1/rpc/films_like?part=a&select=id,roles(name)`,
      { method: 'HEAD', headers: { apikey: keys.publishable_key, Prefer: 'count=exact' } });
    assert.equal(head.headers.get('content-range'), '0-2/3');
  });
  await t.test('functions that write', async () => {
    const price = () => database.sql('SELECT price FROM films WHERE id = 1').stdout.trim();
    const denied = await anon.rpc('raise_prices', { by: 1 }).select('id,payments(id)');
    assert.equal(denied.error.code, 'PGRST200');
    assert.equal((await anon.rpc('raise_prices', { by: 1 }).select('id,roles(secret)')).error.code, '42501');
    assert.equal((await anon.rpc('raise_prices', { by: 1 }).select('id,studios!inner()').single()).error.code, 'PGRST127');
    assert.equal((await anon.rpc('raise_prices', { by: 1 }).select('id,studios(name)').single()).error.code, 'PGRST116');
    assert.equal((await anon.rpc('raise_prices', { by: 1 }, { get: true }).select('id,studios(name)')).error.code, '25006');
    assert.equal(price(), '9.90', 'none of these was kept');
    const raised = await anon.rpc('raise_prices', { by: 1 }).select('price,studios!inner(name)');
    assert.deepEqual(raised.data, [{ price: 10.9, studios: { name: 'Babel' } }]);
    assert.equal(price(), '10.90');
  });
  await t.test('what is refused', async () => {
    const refused = async (query) => {
      const { status, json } = await call(query);
      return [status, json.code];
    };
    assert.deepEqual(await refused('titles?select=id,roles(name)'), [400, 'PGRST200']);
    assert.deepEqual(await refused('films_like?part=a&select=id,nix(name)'), [400, 'PGRST200']);
    assert.deepEqual(await refused('films_like?part=a&select=id,roles(name)&actors.name=eq.x'), [400, 'PGRST108']);
    assert.deepEqual(await refused('films_like?part=a&select=nix,roles(name)'), [400, '42703']);
    assert.deepEqual(await refused('films_like?part=a&select=id,roles(name)&nix=eq.1'), [400, '42703']);
    assert.deepEqual(await refused('films_like?part=a&select=id,roles(name)&order=roles(name)'), [400, 'PGRST118']);
    assert.deepEqual(await refused('films_like?part=a&select=studio_id,count()'), [400, 'PGRST123']);
    assert.deepEqual(await refused('many?select=id,studios!inner(name)'), [400, '54001']);
    assert.equal((await call('many?select=id,studios(name)&limit=2')).json.length, 2);
  });
  assert.equal(await server.stop(), 0);
});

test('results of functions are counted and summed where aggregates are on', { skip }, async (t) => {
  const { server, call } = await start(t, 'aggregates = true\n');
  assert.deepEqual((await call('films_like?part=a&select=count(),price.sum()')).json, [{ count: 3, sum: 10.9 }]);
  assert.deepEqual((await call('films_like?part=a&select=...studios(name),count()')).json,
    [{ count: 1, name: 'Babel' }, { count: 2, name: null }]);
  assert.equal(await server.stop(), 0);
});

test('where the database decides, it decides about what results embed', { skip }, async (t) => {
  const database = await startServer(t);
  const secret = 'a secret of this test, which is long enough';
  const made = folder(t);
  const settings = (login, rest) => writeFileSync(path.join(made, 'trivet.toml'),
    `[database]\nurl = "${database.url.replace('postgres@', login)}"\n[auth]\njwt_secret = "${secret}"\n${rest}`, { mode: 0o600 });
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  settings('postgres@', '');
  must(['db', 'push', made]);
  const done = database.sql(`${prepared}
    CREATE ROLE gate LOGIN NOINHERIT; CREATE ROLE anon; CREATE ROLE web; GRANT anon, web TO gate;
    GRANT SELECT ON films, roles TO web; GRANT SELECT ON films TO anon;
    ALTER TABLE roles ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON roles TO web USING (actor_id = 2);`);
  assert.equal(done.status, 0, done.stderr);
  settings('gate@', '[rest]\nauthority = "database"\n');
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const unsigned = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ exp: 4102444800, role: 'web' })}`;
  const token = `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
  const ask = async (headers) => {
    const answer = await fetch(`${server.url}/rest/v1/rpc/films_like?part=a&select=id,roles(name)&order=id&limit=2`, { headers });
    return [answer.status, await answer.json()];
  };
  assert.deepEqual(await ask({ Authorization: `Bearer ${token}` }),
    [200, [{ id: 1, roles: [{ name: 'cut' }] }, { id: 2, roles: [{ name: 'villain' }] }]]);
  const [status, denied] = await ask({});
  assert.deepEqual([status, denied.message], [401, 'permission denied for table roles']);
  assert.equal(await server.stop(), 0);
});
