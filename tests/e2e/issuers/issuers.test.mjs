// Tokens of an identity provider that a project trusts: npm's oidc-provider, over TLS with an authority of its own.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import https from 'node:https';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { folder, json, must, post, run, serve, trivet } from '../cli/support.mjs';
import { authority } from '../tls/support.mjs';
import { forge, makeKey, startProvider } from './provider.mjs';

const schema = `datasource db {
  provider = "sqlite"
}
type Caller {
  id   String
  role String
  org  String?
  @@auth
}
model Note {
  id    Int    @id @default(autoincrement())
  owner String
  org   String?
  @@allow('create,read', auth().id == owner)
  @@allow('read', auth().role == 'editor' || auth().org == org)
}
`;

const audience = 'https://api.example';

// Settings of one issuer as TOML.
const settings = (values) => `[[auth.issuers]]\n${Object.entries(values)
  .map(([name, value]) => `${name} = ${JSON.stringify(value)}\n`).join('')}`;

function makeProject(t, toml) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  writeFileSync(path.join(made, 'trivet.toml'), toml, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  return { made, keys };
}

async function start(t, toml) {
  const { made, keys } = makeProject(t, toml);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const notes = `${server.url}/rest/v1/Note`;
  const bearer = (token) => ({ headers: { apikey: keys.publishable_key, Authorization: `Bearer ${token}` } });
  const read = (token) => json(`${notes}?select=owner`, bearer(token));
  const owners = async (token) => {
    const { status, body, text } = await read(token);
    assert.equal(status, 200, text);
    return body.map(({ owner }) => owner).sort();
  };
  const admin = { Authorization: `Bearer ${keys.service_role_key}` };
  for (const row of [{ owner: 'ann' }, { owner: 'bob', org: 'x' }])
    assert.equal((await json(notes, post(row, admin))).status, 201);
  return { server, made, keys, notes, bearer, read, owners };
}

async function startBoth(t, { more = {}, auth = '', keys = [makeKey('first')] } = {}) {
  const trusted = authority(t);
  const provider = await startProvider(t, { tls: trusted.issue('localhost'), keys });
  const own = await start(t, auth + settings({
    issuer: provider.url, audience: [audience], role: 'authenticated', ca_file: trusted.file, ...more,
  }));
  return { provider, ...own };
}

test('a provider\'s tokens are accepted on every path, and mapped', async (t) => {
  const { provider, notes, owners, server, keys, bearer, made } = await startBoth(t, {
    auth: '[auth]\nenabled = true\n',
    more: { role_claim: 'realm.roles', roles: ['staff: editor'], claims: ['org: https://acme.example/org'] },
  });
  const ann = await provider.token('ann');
  assert.deepEqual(await owners(ann), ['ann']);
  assert.equal((await json(notes, post({ owner: 'ann' }, bearer(ann).headers))).status, 201);
  assert.equal((await json(notes, post({ owner: 'bob' }, bearer(ann).headers))).status, 403);
  assert.deepEqual(await owners(await provider.token('eve')), []);
  // What the token itself calls role, id and org counts for nothing.
  const claims = { role: 'service_role', id: 'bob', org: 'x' };
  assert.deepEqual(await owners(await provider.token('eve', { claims })), []);
  const mapped = { realm: { roles: ['staff'] } };
  assert.deepEqual(await owners(await provider.token('eve', { claims: mapped })), ['ann', 'ann', 'bob']);
  assert.deepEqual(await owners(await provider.token('eve', { claims: { 'https://acme.example/org': 'x' } })), ['bob']);

  // The client library, with tokens of somebody else.
  const supabase = createClient(server.url, keys.publishable_key, { accessToken: async () => ann });
  const { data, error } = await supabase.from('Note').select('owner');
  assert.equal(error, null);
  assert.deepEqual(data, [{ owner: 'ann' }, { owner: 'ann' }]);
  assert.equal((await json(`${server.url}/openapi.json`, bearer(ann))).status, 200);
  assert.equal((await json(`${server.url}/openapi.json`, bearer(forge({ alg: 'none' }, { iss: provider.url })))).status, 401);
  // Whoever that is, it is no user of ours.
  const user = await json(`${server.url}/auth/v1/user`, bearer(ann));
  assert.deepEqual([user.status, user.body.error_code], [403, 'bad_jwt']);
  assert.equal(provider.fetches(), 1);
  const explained = await promisify(execFile)(trivet, ['rules', made, '--explain', 'GET /Note', '--as', ann]);
  assert.match(explained.stdout, /caller's id \("ann"\) is owner/);
  // Nor is a token of ours affected.
  assert.equal((await json(notes, bearer(keys.anon_key))).status, 200);
});

// One that a service gets for itself over the wire.
function clientCredentials(provider, ca) {
  const body = new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope: 'api' }).toString();
  return new Promise((resolve, reject) => {
    const request = https.request(`${provider.url}/token`, {
      method: 'POST', ca, auth: 'backend:its-secret',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    }, (answer) => {
      let text = '';
      answer.on('data', (piece) => { text += piece; }).on('end', () => resolve(JSON.parse(text)));
    });
    request.on('error', reject);
    request.end(body);
  });
}

test('a service\'s own token, RS256, keys by their address, an id with a prefix', async (t) => {
  const trusted = authority(t);
  const provider = await startProvider(t, { tls: trusted.issue('localhost'), keys: [makeKey('rsa', 'rsa')] });
  const { owners, notes, keys } = await start(t, settings({
    issuer: provider.url, audience, role: 'authenticated', ca_file: trusted.file, jwks_url: `${provider.url}/jwks`,
    id_claim: 'client_id', id_prefix: 'acme:',
  }));
  const admin = { Authorization: `Bearer ${keys.service_role_key}` };
  assert.equal((await json(notes, post({ owner: 'acme:backend' }, admin))).status, 201);
  const { access_token: token } = await clientCredentials(provider, trusted.pem);
  assert.deepEqual(await owners(token), ['acme:backend']);
  assert.deepEqual(provider.asked.filter((url) => url !== '/token'), ['/jwks']);
});

test('everything else is refused', async (t) => {
  const key = makeKey('first', 'rsa');
  const { provider, read, owners, server } = await startBoth(t, { keys: [key] });
  const now = Math.floor(Date.now() / 1000);
  const good = { iss: provider.url, aud: audience, sub: 'ann', iat: now, exp: now + 600 };
  const head = { alg: 'RS256', kid: 'first' };
  assert.deepEqual(await owners(forge(head, good, key)), ['ann']);
  const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  const { d, p, q, dp, dq, qi, ...shown } = key;
  const stranger = makeKey('first', 'rsa');
  const refused = {
    'another issuer': forge(head, { ...good, iss: `${provider.url}/` }, key),
    'no issuer': forge(head, { ...good, iss: undefined }, key),
    'another audience': forge(head, { ...good, aud: 'https://other.example' }, key),
    'no audience': forge(head, { ...good, aud: undefined }, key),
    expired: forge(head, { ...good, exp: now - 60 }, key),
    'no expiry': forge(head, { ...good, exp: undefined }, key),
    'not yet': forge(head, { ...good, nbf: now + 600 }, key),
    'issued in the future': forge(head, { ...good, iat: now + 600 }, key),
    'nobody': forge(head, { ...good, sub: undefined }, key),
    'another key': forge(head, good, stranger),
    'an unknown key': forge({ ...head, kid: 'other' }, good, stranger),
    'no signature': forge({ ...head, alg: 'none' }, good),
    'the public key as a secret': forge({ ...head, alg: 'HS256' }, good, pem),
    'the JWK as a secret': forge({ ...head, alg: 'HS256' }, good, JSON.stringify(shown)),
    'a key that it brings along': forge({ ...head, jwk: shown }, good, key),
    'keys from elsewhere': forge({ ...head, kid: 'x', jku: `${provider.url}/evil` }, good, stranger),
    'a logout token': forge({ ...head, typ: 'logout+jwt' }, good, key),
    'an expired one of the provider': await provider.token('ann', { expiresIn: -120 }),
    'one for others': await provider.token('ann', { audience: 'https://other.example' }),
  };
  for (const [name, token] of Object.entries(refused)) {
    const { status, body } = await read(token);
    assert.equal(status, 401, `${name}: ${JSON.stringify(body)}`);
    assert.match(body.code, /^PGRST30[13]$/, name);
  }
  assert.ok(!provider.asked.includes('/evil'));
  assert.equal(provider.fetches(), 2);  // the second for the unknown key
  for (const token of Object.values(refused)) assert.ok(!server.child.log.includes(token.slice(-40)));
});

test('the provider turns its keys over', async (t) => {
  const [first, second, third] = [makeKey('first'), makeKey('second', 'rsa'), makeKey('third')];
  const { provider, read, owners } = await startBoth(t, { keys: [first] });
  const old = await provider.token('ann');
  assert.deepEqual(await owners(old), ['ann']);
  provider.use([second, first]);
  assert.deepEqual(await owners(await provider.token('ann')), ['ann']);  // asked for at once
  assert.deepEqual(await owners(old), ['ann']);
  assert.equal(provider.fetches(), 2);
  // The next new key has to wait: a minute lies between two such requests, whoever sends how many.
  provider.use([third]);
  const newest = await provider.token('ann');
  const answers = await Promise.all(Array.from({ length: 50 }, () => read(newest)));
  assert.ok(answers.every(({ status }) => status === 401));
  assert.equal(provider.fetches(), 2);
});

test('a provider that is down shuts nobody out who has its keys; nothing else depends on it', async (t) => {
  const { provider, made, owners, keys } = await startBoth(t);
  const token = await provider.token('ann');
  assert.deepEqual(await owners(token), ['ann']);
  await provider.stop();
  assert.deepEqual(await owners(token), ['ann']);
  assert.deepEqual(await owners(await provider.token('bob')), ['bob']);

  const other = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const ask = (bearer) => json(`${other.url}/rest/v1/Note`, { headers: { Authorization: `Bearer ${bearer}` } });
  const refused = await ask(token);
  assert.equal(refused.status, 503, refused.text);
  assert.match(refused.text, /keys of the token's issuer/);
  await other.saw('auth.issuer_unavailable');
  assert.equal((await ask(keys.service_role_key)).body.length, 2);
  await provider.resume();
  let answer = await ask(token);  // it tries again after pauses of its own
  for (; answer.status === 503; answer = await ask(token)) await delay(20);
  assert.equal(answer.body.length, 1);
});

test('where a fetch leads', async (t) => {
  const key = makeKey('first');
  const { provider, read } = await startBoth(t, { keys: [key] });
  const token = await provider.token('ann');
  assert.equal((await read(token)).status, 200);
  const stranger = await start(t, settings({ issuer: provider.url, audience, role: 'authenticated' }));
  assert.equal((await stranger.read(token)).status, 503);
  await stranger.server.saw('certificate');

  const document = (body) => (request, response) => response.end(JSON.stringify(body));
  const plain = await startProvider(t, { keys: [key] });
  const trusted = { issuer: plain.url, plain_http: true };
  const cases = [
    ['a redirect', (request, response) => response.writeHead(302, { Location: `${plain.url}/jwks` }).end(), 'answered 302'],
    ['another issuer\'s document', document({ issuer: 'https://evil.example', jwks_uri: `${plain.url}/jwks` }), 'of another issuer'],
    ['a file', document({ issuer: plain.url, jwks_uri: 'file:///etc/passwd' }), 'names no usable jwks_uri'],
    ['another machine by plain HTTP', document({ issuer: plain.url, jwks_uri: 'http://192.0.2.1/jwks' }), 'network that it may not'],
    ['a private network', document({ issuer: plain.url, jwks_uri: 'https://10.0.0.1/jwks' }), 'network that it may not'],
    ['too much', (request, response) => response.end(' '.repeat(300_000)), 'too long'],
    ['no JSON', (request, response) => response.end('<html>'), 'no JSON object'],
  ];
  const fine = await start(t, settings({ ...trusted, audience, role: 'authenticated' }));
  assert.equal((await fine.read(await plain.token('ann'))).status, 200);
  const mine = await plain.token('ann');
  for (const [name, answer, log] of cases) {
    plain.answer = answer;
    const one = await start(t, settings({ ...trusted, audience, role: 'authenticated' }));
    assert.equal((await one.read(mine)).status, 503, name);
    await one.server.saw(log);
    assert.equal(await one.server.stop(), 0);
  }
});

test('what can not be trusted is told at the start', (t) => {
  const refused = (values) => {
    const { made } = makeProject(t, '');
    writeFileSync(path.join(made, 'trivet.toml'), settings(values));
    const done = run(['serve', made, '--listen', '127.0.0.1:0']);
    assert.equal(done.status, 1, done.stderr);
    return done.stderr;
  };
  const good = { issuer: 'https://id.example', audience };
  assert.match(refused({ ...good, issuer: 'http://id.example' }), /issuer is an https:\/\/ address/);
  assert.match(refused({ issuer: 'https://id.example' }), /audience is missing/);
  assert.match(refused({ ...good, algorithms: ['HS256'] }), /not HS256/);
  assert.match(refused({ ...good, rolle: 'x' }), /did you mean `role`/);
  assert.match(refused({ ...good, claims: ['role: role'] }), /claims can't set role/);
});
