// The OAuth server: @supabase/supabase-js manages clients and asks the user, oauth4webapi is the program that is let in,
// and those who try to get in otherwise.
import assert from 'node:assert/strict';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import pg from 'pg';
import { address, claimsOf, fails, ok, onBoth, start } from './support.mjs';

const external = 'https://api.example';
const issuer = `${external}/auth/v1`;
const site = 'https://app.example';
const landing = 'https://program.example/back';
const settings = (more = '', burst = 400) => `site_url = "${site}"
external_url = "${external}"
autoconfirm = true
rate_burst = ${burst}
[auth.oauth_server]
enabled = true
${more}`;
const query = (url) => Object.fromEntries(new URL(url).searchParams);
const s256 = (verifier) => createHash('sha256').update(verifier).digest('base64url');
const form = (fields) => ({ method: 'POST', body: new URLSearchParams(fields) });

async function installation(t, databaseUrl, more, burst) {
  const project = await start(t, { databaseUrl, auth: settings(more, burst) });
  const inside = (url) => String(url).replace(external, project.server.url);
  const at = (route, options) => fetch(`${project.server.url}/auth/v1${route}`, { redirect: 'manual', ...options });
  const read = async (answer) => ({ status: answer.status, headers: answer.headers, body: await answer.json().catch(() => null) });
  const authorize = (fields) => at(`/oauth/authorize?${new URLSearchParams(fields)}`);
  const token = async (fields, headers = {}) => read(await at('/oauth/token', { ...form(fields), headers }));
  const signIn = async () => {
    const user = project.client();
    const email = address();
    const { session } = await ok(user.auth.signUp({ email, password: 'secret-1', options: { data: { name: 'Ann <b>' } } }));
    return { user, email, id: session.user.id, session };
  };
  const makeClient = (more = {}) => ok(project.admin.oauth.createClient({ client_name: 'Program', redirect_uris: [landing], ...more }));
  const request = (client, verifier, more = {}) => ({ client_id: client.client_id, redirect_uri: landing, response_type: 'code',
    state: 'st/1', code_challenge: s256(verifier), code_challenge_method: 'S256', ...more });
  // A code of a request that the user approves.
  const approve = async (user, client, verifier, more) => {
    const id = query((await authorize(request(client, verifier, more))).headers.get('location')).authorization_id;
    const seen = await ok(user.auth.oauth.getAuthorizationDetails(id));
    const { redirect_url } = seen.redirect_url ? seen : await ok(user.auth.oauth.approveAuthorization(id, { skipBrowserRedirect: true }));
    return query(redirect_url).code;
  };
  const exchange = (client, code, verifier, more = {}) => token({ grant_type: 'authorization_code', client_id: client.client_id,
    ...(client.client_secret && { client_secret: client.client_secret }), code, redirect_uri: landing, code_verifier: verifier, ...more });
  const bearer = async (route, accessToken, method = 'GET', body) => read(await at(route, { method, body: body && JSON.stringify(body),
    headers: { Authorization: `Bearer ${accessToken}`, 'X-Supabase-Api-Version': '2024-01-01' } }));
  return { ...project, inside, at, read, authorize, token, signIn, makeClient, request, approve, exchange, bearer };
}
const verifierOf = () => randomBytes(32).toString('base64url');
const publicClient = { client_type: 'public', token_endpoint_auth_method: 'none' };

async function genericClient(t, databaseUrl) {
  const here = await installation(t, databaseUrl);
  const web = { [oauth.customFetch]: (url, options) => fetch(here.inside(url), options) };
  const made = await here.makeClient({ client_uri: 'https://program.example' });
  assert.equal(made.client_type, 'confidential');
  const server = await oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), web));
  assert.deepEqual([server.code_challenge_methods_supported, server.registration_endpoint], [['S256'], undefined]);
  for (const algorithm of ['oauth2', 'oidc'])
    assert.equal((await oauth.processDiscoveryResponse(new URL(issuer),
      await oauth.discoveryRequest(new URL(issuer), { ...web, algorithm }))).issuer, issuer);

  const { user, email, id } = await here.signIn();
  const verifier = oauth.generateRandomCodeVerifier();
  const asked = new URL(here.inside(server.authorization_endpoint));
  asked.search = new URLSearchParams(here.request(made, verifier, { scope: 'openid email profile', nonce: 'n-1' }));
  const sent = await fetch(asked, { redirect: 'manual' });
  assert.equal(sent.status, 303);
  const page = new URL(sent.headers.get('location'));
  assert.equal(page.origin + page.pathname, `${issuer}/oauth/consent`);
  const authorization = page.searchParams.get('authorization_id');
  const details = await ok(user.auth.oauth.getAuthorizationDetails(authorization));
  assert.deepEqual(details, { authorization_id: authorization, redirect_uri: landing, scope: 'openid profile email', user: { id, email },
    client: { id: made.client_id, name: 'Program', uri: 'https://program.example' } });
  // Bound to who looked first.
  const other = await here.signIn();
  await fails(other.user.auth.oauth.getAuthorizationDetails(authorization), 'oauth_authorization_not_found', 404);
  await fails(other.user.auth.oauth.approveAuthorization(authorization, { skipBrowserRedirect: true }), 'oauth_authorization_not_found');
  const { redirect_url } = await ok(user.auth.oauth.approveAuthorization(authorization, { skipBrowserRedirect: true }));

  const known = { client_id: made.client_id };
  const parameters = oauth.validateAuthResponse(server, known, new URL(redirect_url), 'st/1');
  const proof = oauth.ClientSecretBasic(made.client_secret);
  const answer = await oauth.authorizationCodeGrantRequest(server, known, proof, parameters, landing, verifier, web);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const tokens = await oauth.processAuthorizationCodeResponse(server, known, answer, { expectedNonce: 'n-1', requireIdToken: true });
  const identity = oauth.getValidatedIdTokenClaims(tokens);
  assert.deepEqual([identity.sub, identity.email, identity.email_verified, identity.name, identity.aud],
    [id, email, true, 'Ann <b>', made.client_id]);
  const claims = claimsOf(tokens.access_token);
  assert.deepEqual([claims.client_id, claims.scope, claims.sub, claims.role, claims.amr[0].method],
    [made.client_id, 'openid profile email', id, 'authenticated', 'oauth_provider/authorization_code']);
  const told = await oauth.processUserInfoResponse(server, known, id, await oauth.userInfoRequest(server, known, tokens.access_token, web));
  assert.deepEqual([told.email, told.name, 'phone_number' in told], [email, 'Ann <b>', false]);

  const refreshed = await oauth.processRefreshTokenResponse(server, known,
    await oauth.refreshTokenGrantRequest(server, known, proof, tokens.refresh_token, web));
  assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
  assert.equal(claimsOf(refreshed.access_token).client_id, made.client_id);

  // An ID token opens nothing.
  assert.equal((await here.bearer('/user', tokens.id_token)).status, 403);
  const rest = await fetch(`${here.server.url}/rest/v1/Profile`, { headers: { Authorization: `Bearer ${tokens.id_token}` } });
  assert.equal(rest.status, 401);

  // Remembered: the next request is answered when it is looked at; a wider one is asked again.
  const again = query((await here.authorize(here.request(made, verifier, { scope: 'email' }))).headers.get('location')).authorization_id;
  const at = query((await ok(user.auth.oauth.getAuthorizationDetails(again))).redirect_url);
  assert.deepEqual([at.state, at.iss, typeof at.code], ['st/1', issuer, 'string']);
  const wider = query((await here.authorize(here.request(made, verifier, { scope: 'phone' }))).headers.get('location')).authorization_id;
  assert.equal((await ok(user.auth.oauth.getAuthorizationDetails(wider))).scope, 'phone');
  const denied = await ok(user.auth.oauth.denyAuthorization(wider, { skipBrowserRedirect: true }));
  assert.deepEqual(query(denied.redirect_url), { error: 'access_denied', error_description: 'The user denied the request', state: 'st/1',
    iss: issuer });
}

async function management(t, databaseUrl) {
  const { admin, client, at, authorize, bearer, keys, makeClient, signIn, token } = await installation(t, databaseUrl);
  assert.deepEqual((await ok(admin.oauth.listClients())).clients, []);
  const made = await makeClient();
  assert.match(made.client_secret, /^[\w-]{43}$/);
  const shown = await ok(admin.oauth.getClient(made.client_id));
  assert.equal('client_secret' in shown, false);
  assert.deepEqual([shown.grant_types, shown.response_types, shown.registration_type, shown.token_endpoint_auth_method],
    [['authorization_code', 'refresh_token'], ['code'], 'manual', 'client_secret_basic']);
  const renamed = await ok(admin.oauth.updateClient(made.client_id, { client_name: 'Other',
    token_endpoint_auth_method: 'client_secret_post' }));
  assert.deepEqual([renamed.client_name, renamed.redirect_uris], ['Other', [landing]]);
  const anew = await ok(admin.oauth.regenerateClientSecret(made.client_id));
  const refusal = { grant_type: 'refresh_token', client_id: made.client_id, refresh_token: 'x' };
  assert.deepEqual((await token({ ...refusal, client_secret: made.client_secret })).body.error, 'invalid_client');
  assert.deepEqual((await token({ ...refusal, client_secret: anew.client_secret })).body.error, 'invalid_grant');
  const { clients } = await ok(admin.oauth.listClients());
  assert.deepEqual(clients.map((each) => each.client_id), [made.client_id]);

  for (const uri of ['javascript:alert(1)', 'JavaScript://x', 'data:text/html,x', 'http://evil.example/', 'https://a.example/#f',
    '/relative',
    'https://user@a.example/', 'https://a.example\\@b.example/', 'https:///x', 'blob:https://a.example/1'])
    await fails(admin.oauth.createClient({ client_name: 'x', redirect_uris: [uri] }), 'validation_failed', 400);
  for (const uri of ['http://127.0.0.1/x', 'http://[::1]:1/x', 'http://localhost:3000/', 'com.example.app:/back'])
    await ok(admin.oauth.createClient({ client_name: 'x', redirect_uris: [uri], ...publicClient }));
  for (const wrong of [{ redirect_uris: [] }, { redirect_uris: 'x' }, { client_type: 'public',
    token_endpoint_auth_method: 'client_secret_basic' },
    { grant_types: ['password'] }, { grant_types: ['implicit'] }, { role: 'service_role' }, { logo_uri: 'javascript:1' },
    { ...publicClient, grant_types: ['client_credentials'] }])
    await fails(admin.oauth.createClient({ client_name: 'x', redirect_uris: [landing], ...wrong }), 'validation_failed', 400);
  await fails(client().auth.admin.oauth.listClients(), 'not_admin', 403);
  assert.equal((await bearer('/admin/oauth/clients', (await signIn()).session.access_token)).status, 403);

  const register = await at('/oauth/clients/register', { method: 'POST', body: JSON.stringify({ redirect_uris: [landing] }) });
  assert.deepEqual([register.status, (await register.json()).error_code], [403, 'oauth_dynamic_client_registration_disabled']);
  assert.ok(keys.secret_key);

  await ok(admin.oauth.deleteClient(made.client_id));
  await fails(admin.oauth.getClient(made.client_id), 'oauth_client_not_found', 404);
  assert.equal((await authorize({ client_id: made.client_id, redirect_uri: landing })).status, 400);
}

async function authorizing(t, databaseUrl) {
  const { authorize, makeClient, request, signIn, approve } = await installation(t, databaseUrl, 'authorization_path = "/allow"\n');
  const made = await makeClient({ ...publicClient, redirect_uris: [landing, 'http://127.0.0.1/cb', 'http://localhost:1/cb'] });
  const good = request(made, verifierOf());
  const first = await authorize(good);
  assert.equal(first.headers.get('location').split('?')[0], `${site}/allow`);

  // Never sent to where the client didn't say.
  for (const redirect_uri of ['', 'https://evil.example/back', `${landing}/`, `${landing}?x=1`, `${landing}#f`,
    'https://program.example.evil.example/back',
    'https://program.example@evil.example/back', 'HTTPS://program.example/back', '//program.example/back', 'http://localhost:2/cb',
    'http://127.0.0.1@evil.example/cb', 'http://127.0.0.1:1@evil.example/cb', 'http://127.0.0.1.evil.example/cb',
      'http://127.0.0.1:80/cb/../x',
    'http://127.0.0.1:/cb', 'http://127.0.0.1:x/cb', 'javascript:alert(1)']) {
    const answer = await authorize({ ...good, redirect_uri });
    assert.deepEqual([redirect_uri, answer.status, answer.headers.get('location')], [redirect_uri, 400, null]);
  }
  assert.equal((await authorize({ ...good, redirect_uri: 'http://127.0.0.1:49152/cb' })).status, 303);
  assert.equal((await authorize({ ...good, client_id: '0' })).status, 400);
  const twice = new URLSearchParams([...Object.entries(good), ['redirect_uri', 'https://evil.example/']]);
  assert.equal((await authorize(twice)).status, 400);

  for (const [change, error] of [[{ code_challenge: '' }, 'invalid_request'], [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge_method: '' }, 'invalid_request'], [{ code_challenge: 'short' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'], [{ response_mode: 'fragment' }, 'invalid_request'],
    [{ scope: 'email admin' }, 'invalid_scope'], [{ resource: 'https://r.example/?q' }, 'invalid_target'],
    [{ prompt: 'none' }, 'interaction_required'], [{ request: 'e30.e30.' }, 'request_not_supported']]) {
    const location = (await authorize({ ...good, ...change })).headers.get('location');
    assert.ok(location.startsWith(`${landing}?error=`), location);
    assert.deepEqual([query(location).error, query(location).state, query(location).iss], [error, 'st/1', issuer]);
  }

  // A public client whose address anybody can have is asked for each time.
  const { user } = await signIn();
  await approve(user, made, verifierOf());
  const loopback = await authorize({ ...good, redirect_uri: 'http://127.0.0.1:5/cb' });
  const details = await ok(user.auth.oauth.getAuthorizationDetails(query(loopback.headers.get('location')).authorization_id));
  assert.equal(details.redirect_url, undefined);
}

async function attacks(t, databaseUrl) {
  const here = await installation(t, databaseUrl);
  const { approve, bearer, exchange, makeClient, signIn, token, ...rest } = here;
  const made = await makeClient(publicClient);
  const other = await makeClient(publicClient);
  const { user, session, id } = await signIn();
  const invalid = async (answer, error = 'invalid_grant') => assert.deepEqual([(await answer).status, (await answer).body.error], [400,
    error]);

  // Used twice: what the first use gave is over.
  let verifier = verifierOf();
  let code = await approve(user, made, verifier);
  let tokens = (await exchange(made, code, verifier)).body;
  assert.equal((await bearer('/user', tokens.access_token)).status, 200);
  await invalid(exchange(made, code, verifier));
  assert.equal((await bearer('/user', tokens.access_token)).body.code, 'session_not_found');
  await invalid(token({ grant_type: 'refresh_token', client_id: made.client_id, refresh_token: tokens.refresh_token }));

  // Both at once: at most one gets tokens, and they are worth nothing afterwards.
  code = await approve(user, made, verifier);
  const both = await Promise.all([exchange(made, code, verifier), exchange(made, code, verifier)]);
  const won = both.filter((answer) => answer.status === 200);
  assert.ok(won.length <= 1);
  for (const { body } of won) assert.equal((await bearer('/user', body.access_token)).body.code, 'session_not_found');

  await invalid(exchange(other, await approve(user, made, verifier), verifier));
  code = await approve(user, made, verifier);
  await invalid(exchange(made, code, verifierOf()));
  await invalid(exchange(made, code, verifier));  // a wrong verifier ends it
  await invalid(exchange(made, await approve(user, made, verifier), verifier, { redirect_uri: 'https://evil.example/back' }));
  await invalid(exchange(made, await approve(user, made, verifier), verifier, { redirect_uri: '' }));
  await invalid(exchange(made, await approve(user, made, verifier), ''), 'invalid_request');
  await invalid(exchange(made, await approve(user, made, verifier), verifier, { resource: 'https://other.example' }));
  await invalid(token({ grant_type: 'password', client_id: made.client_id, username: 'x', password: 'y' }), 'unsupported_grant_type');

  // Scopes shrink and never grow; a program's session is its own.
  tokens = (await exchange(made, await approve(user, made, verifier, { scope: 'email profile' }), verifier)).body;
  const refresh = (more) => token({ grant_type: 'refresh_token', client_id: made.client_id, refresh_token: tokens.refresh_token, ...more });
  await invalid(refresh({ scope: 'email phone' }), 'invalid_scope');
  const narrow = (await refresh({ scope: 'email' })).body;
  assert.deepEqual([narrow.scope, claimsOf(narrow.access_token).scope], ['email', 'email']);
  const info = (await bearer('/oauth/userinfo', narrow.access_token)).body;
  assert.deepEqual([info.sub, info.email !== undefined, 'name' in info], [id, true, false]);
  tokens.refresh_token = narrow.refresh_token;
  await invalid(refresh({ client_id: other.client_id }));
  assert.equal((await here.call('/token?grant_type=refresh_token', { refresh_token: tokens.refresh_token })).body.code,
    'refresh_token_not_found');
  await invalid(refresh({ refresh_token: session.refresh_token }));
  assert.equal((await refresh({})).status, 200);

  // The account stays the user's.
  const thief = tokens.access_token;
  const account = [['/user', 'PUT', { email: 'thief@example.com' }], ['/factors', 'POST', { factor_type: 'totp' }], ['/passkeys', 'GET'],
    ['/logout', 'POST'], ['/user/oauth/grants', 'GET'], [`/user/oauth/grants?client_id=${made.client_id}`, 'DELETE'], ['/reauthenticate',
      'GET'],
    ['/user/identities/authorize?provider=x', 'GET'], ['/oauth/authorizations/x', 'GET'], ['/oauth/authorizations/x/consent', 'POST',
      { action: 'approve' }]];
  for (const [route, method, body] of account)
    assert.deepEqual([route, (await bearer(route, thief, method, body)).body.code], [route, 'insufficient_scope']);
  for (const route of ['/admin/users', '/admin/oauth/clients']) assert.equal((await bearer(route, thief)).body.code, 'not_admin');
  assert.equal((await bearer('/user', thief)).body.id, id);

  // Taken back by the user, with its sessions and what waits.
  const grants = await ok(user.auth.oauth.listGrants());
  assert.deepEqual(grants.map((grant) => [grant.client.id, grant.scopes]), [[made.client_id, ['profile', 'email']]]);
  code = await approve(user, made, verifier, { scope: 'email' });
  await ok(user.auth.oauth.revokeGrant({ clientId: made.client_id }));
  assert.equal((await bearer('/user', thief)).body.code, 'session_not_found');
  await invalid(exchange(made, code, verifier));
  await fails(user.auth.oauth.revokeGrant({ clientId: made.client_id }), 'oauth_consent_not_found', 404);
  await ok(user.auth.getUser());

  // Signing out everywhere ends the programs' sessions too, and so does deleting the client.
  tokens = (await exchange(made, await approve(user, made, verifier), verifier)).body;
  await ok(user.auth.signOut());
  assert.equal((await bearer('/user', tokens.access_token)).body.code, 'session_not_found');
  const second = await signIn();
  tokens = (await exchange(made, await approve(second.user, made, verifier), verifier)).body;
  await ok(rest.admin.oauth.deleteClient(made.client_id));
  assert.equal((await bearer('/user', tokens.access_token)).body.code, 'session_not_found');
  // An operator's name is nobody's to act in.
  await ok(rest.admin.updateUserById(second.id, { role: 'service_role' }));
  const location = (await here.authorize(here.request(other, verifier))).headers.get('location');
  await fails(second.user.auth.oauth.getAuthorizationDetails(query(location).authorization_id), 'not_admin', 403);
}

async function programs(t, databaseUrl) {
  const { at, admin, makeClient, token, signIn, approve, exchange, server, read } = await installation(t, databaseUrl,
    'allow_dynamic_registration = true\n');
  const basic = (client, secret = client.client_secret) =>
    ({ Authorization: `Basic ${Buffer.from(`${client.client_id}:${encodeURIComponent(secret)}`).toString('base64')}` });
  // In its own name: only with a role that an operator gave.
  const machine = await makeClient({ grant_types: ['client_credentials'], redirect_uris: [] });
  const grant = { grant_type: 'client_credentials' };
  assert.equal((await token(grant, basic(machine))).body.error, 'unauthorized_client');
  assert.equal((await ok(admin.oauth.updateClient(machine.client_id, { role: 'authenticated' }))).role, 'authenticated');
  const issued = (await token(grant, basic(machine))).body;
  const claims = claimsOf(issued.access_token);
  assert.deepEqual([claims.client_id, claims.role, claims.aud, 'sub' in claims, 'refresh_token' in issued],
    [machine.client_id, 'authenticated', 'authenticated', false, false]);
  const rows = await fetch(`${server.url}/rest/v1/Profile`, { headers: { Authorization: `Bearer ${issued.access_token}` } });
  assert.deepEqual([rows.status, await rows.json()], [200, []]);
  const as = { headers: { Authorization: `Bearer ${issued.access_token}` } };
  assert.deepEqual([(await at('/user', as)).status, (await at('/admin/users', as)).status], [403, 403]);
  assert.equal((await token({ ...grant, scope: 'email' }, basic(machine))).body.error, 'invalid_scope');

  // How a client proves itself is how it was registered.
  const wrong = await token(grant, basic(machine, 'guess'));
  assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client']);
  assert.match(wrong.headers.get('www-authenticate'), /^Basic /);
  const post = await token({ ...grant, client_id: machine.client_id, client_secret: machine.client_secret });
  assert.deepEqual([post.status, post.body.error, post.headers.get('www-authenticate')], [401, 'invalid_client', null]);
  assert.equal((await token({ ...grant, client_id: machine.client_id })).body.error, 'invalid_client');
  assert.equal((await token({ ...grant, client_secret: 'x' }, basic(machine))).body.error, 'invalid_request');
  assert.equal((await token(grant, { Authorization: 'Basic !!!' })).body.error, 'invalid_client');
  assert.equal((await token(grant)).body.error, 'invalid_client');
  assert.equal((await token([['grant_type', 'x'], ['grant_type', 'y'], ['client_id', 'z']])).body.error, 'invalid_request');

  const register = async (body) => read(await at('/oauth/clients/register', { method: 'POST', body: JSON.stringify(body) }));
  const registered = await register({ redirect_uris: [landing], client_name: 'Self', token_endpoint_auth_method: 'none' });
  assert.deepEqual([registered.status, registered.body.registration_type, registered.body.client_type, 'client_secret' in registered.body],
    [201, 'dynamic', 'public', false]);
  for (const body of [{ redirect_uris: [landing], role: 'authenticated' }, { redirect_uris: [landing],
    grant_types: ['client_credentials'] },
    { redirect_uris: ['http://evil.example'] }]) assert.equal((await register(body)).status, 400);
  let last;
  for (let i = 0; i < 8; ++i) last = await register({ redirect_uris: [landing] });
  assert.deepEqual([last.status, last.body.error_code], [429, 'over_request_rate_limit']);

  // JSON in place of a form; an audience of its own; no refresh token for who didn't ask for that grant.
  const short = await makeClient({ ...publicClient, grant_types: ['authorization_code'] });
  const verifier = verifierOf();
  const code = await approve((await signIn()).user, short, verifier, { resource: 'https://data.example/api' });
  const json = await read(await at('/oauth/token', { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ grant_type: 'authorization_code', client_id: short.client_id, code, redirect_uri: landing,
      code_verifier: verifier }) }));
  assert.deepEqual([json.status, claimsOf(json.body.access_token).aud, 'refresh_token' in json.body], [200, 'https://data.example/api',
    false]);
  assert.equal((await exchange(short, 'nothing', verifier)).body.error, 'invalid_grant');
}

// What an application shows now (RFC 6238).
function codeOf(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac('sha1', Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))).update(counter).digest();
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function secondFactor(t, databaseUrl) {
  const { authorize, client, makeClient, request, signIn } = await installation(t, databaseUrl);
  const made = await makeClient(publicClient);
  const { user, email } = await signIn();
  const enrolled = await ok(user.auth.mfa.enroll({ factorType: 'totp' }));
  await ok(user.auth.mfa.challengeAndVerify({ factorId: enrolled.id, code: codeOf(enrolled.totp.secret) }));
  const id = query((await authorize(request(made, verifierOf()))).headers.get('location')).authorization_id;
  const halfway = client();
  await ok(halfway.auth.signInWithPassword({ email, password: 'secret-1' }));
  await fails(halfway.auth.oauth.getAuthorizationDetails(id), 'insufficient_aal', 403);
  await fails(halfway.auth.oauth.approveAuthorization(id, { skipBrowserRedirect: true }), 'insufficient_aal', 403);
  assert.ok(query((await ok(user.auth.oauth.approveAuthorization(id, { skipBrowserRedirect: true }))).redirect_url).code);
}

// Time passes in the database.
async function expiry(t, databaseUrl) {
  if (!databaseUrl) return t.skip('rows are made older on PostgreSQL alone');
  const { approve, authorize, exchange, makeClient, request, signIn } = await installation(t, databaseUrl);
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  t.after(() => database.end());
  const age = (table, seconds) =>
    database.query(`UPDATE "_trivet_auth_oauth_${table}" SET created_at = created_at - interval '${seconds} seconds'`);
  const made = await makeClient(publicClient);
  const { user } = await signIn();
  const verifier = verifierOf();
  const ask = async () => query((await authorize(request(made, verifier, { scope: 'phone' }))).headers.get('location')).authorization_id;
  const open = await ask();
  await age('requests', 590);
  await ok(user.auth.oauth.getAuthorizationDetails(open));
  await age('requests', 11);
  await fails(user.auth.oauth.getAuthorizationDetails(open), 'oauth_authorization_not_found', 404);
  await fails(user.auth.oauth.approveAuthorization(open, { skipBrowserRedirect: true }), 'oauth_authorization_not_found', 404);
  const code = await approve(user, made, verifier);
  await age('codes', 61);
  assert.equal((await exchange(made, code, verifier)).body.error, 'invalid_grant');
  const fresh = await approve(user, made, verifier);
  await age('codes', 50);
  assert.equal((await exchange(made, fresh, verifier)).status, 200);
  // Nothing of it is kept as it is.
  const secret = (await makeClient()).client_secret;
  const stored = JSON.stringify([(await database.query('SELECT * FROM "_trivet_auth_oauth_codes"')).rows,
    (await database.query('SELECT * FROM "_trivet_auth_oauth_clients"')).rows]);
  assert.ok(stored.includes(made.client_id) && !stored.includes(fresh) && !stored.includes(secret));
}

async function limits(t, databaseUrl) {
  const { at, token } = await installation(t, databaseUrl, '', 3);
  const statuses = [];
  for (let i = 0; i < 5; ++i) statuses.push((await token({ grant_type: 'refresh_token', client_id: 'x' })).status);
  assert.deepEqual(statuses, [401, 401, 401, 429, 429]);
  const nobody = await at('/oauth/userinfo', { headers: { Authorization: 'Bearer a.b.c' } });
  assert.deepEqual([nobody.status, nobody.headers.get('www-authenticate')], [401, 'Bearer error="invalid_token"']);
}

async function page(t, databaseUrl) {
  const { at } = await installation(t, databaseUrl);
  const answer = await at('/oauth/consent?authorization_id=%3Cscript%3Ealert(1)%3C/script%3E');
  const policy = answer.headers.get('content-security-policy');
  const text = await answer.text();
  const nonce = /script-src 'nonce-([\w-]{22})'/.exec(policy)[1];
  assert.match(policy, /^default-src 'none'; .*frame-ancestors 'none'$/);
  assert.deepEqual([answer.headers.get('x-frame-options'), text.split(`nonce="${nonce}"`).length, text.includes('alert(1)')], ['DENY', 3,
    false]);
  assert.ok(!/innerHTML|insertAdjacent|document\.write|eval\(/.test(text));
  const other = await at('/oauth/consent');
  assert.ok(!other.headers.get('content-security-policy').includes(nonce));
}

// The page's script, with as much of a browser as it uses.
async function pageInUse(t, databaseUrl) {
  const { at, authorize, exchange, makeClient, request, server, signIn } = await installation(t, databaseUrl);
  const made = await makeClient({ ...publicClient, client_name: '<img src=x onerror=alert(1)>' });
  const { email, id } = await signIn();
  const verifier = verifierOf();
  const visit = async () => {
    const sent = new URL((await authorize(request(made, verifier))).headers.get('location'));
    const html = await (await at('/oauth/consent' + sent.search)).text();
    const script = /<script nonce="[^"]*">([^]*)<\/script>/.exec(html)[1];
    const elements = new Map([...html.matchAll(/ id="([\w-]+)"/g)].map(([, name]) => [name, { id: name, hidden: true, handlers: {},
      addEventListener(event, handler) { this.handlers[event] = handler; } }]));
    const left = { href: undefined };
    const document = { getElementById: (name) => elements.get(name), forms: ['sign-in', 'second', 'ask'].map((name) =>
      elements.get(name)) };
    const location = { pathname: sent.pathname, search: sent.search, replace: (url) => { left.href = url; } };
    const calls = [];
    const web = (url, options) => { calls.push(`${options.method} ${url}`); return fetch(server.url + url, options); };
    new Function('document', 'location', 'fetch', script)(document, location, web);
    const el = (name) => elements.get(name);
    return { el, left, calls, fire: (name, event) => el(name).handlers[event]({ preventDefault() {} }) };
  };
  const browser = await visit();
  assert.deepEqual([browser.el('sign-in').hidden, browser.el('ask').hidden], [false, true]);
  Object.assign(browser.el('email'), { value: email });
  browser.el('password').value = 'wrong';
  await browser.fire('sign-in', 'submit');
  assert.equal(browser.el('problem').textContent, 'Invalid login credentials');
  browser.el('password').value = 'secret-1';
  await browser.fire('sign-in', 'submit');
  assert.deepEqual([browser.el('ask').hidden, browser.el('client').textContent, browser.el('user').textContent,
    browser.el('target').textContent,
    browser.el('problem').textContent, browser.el('password').value], [false, made.client_name, email, landing, '', '']);
  await browser.fire('ask', 'submit');
  assert.equal(browser.calls.at(-1), 'POST /auth/v1/logout?scope=local');
  const tokens = await exchange(made, query(browser.left.href).code, verifier);
  assert.equal(claimsOf(tokens.body.access_token).sub, id);

  const again = await visit();
  Object.assign(again.el('email'), { value: email });
  again.el('password').value = 'secret-1';
  await again.fire('sign-in', 'submit');  // remembered
  assert.ok(query(again.left.href).code);
}

async function off(t, databaseUrl) {
  const { call, keys, server } = await start(t, { databaseUrl });
  for (const route of ['/oauth/authorize', '/oauth/consent', '/user/oauth/grants', '/.well-known/oauth-authorization-server'])
    assert.deepEqual([(await call(route)).status, (await call(route)).body.code], [404, 'feature_disabled']);
  assert.equal((await call('/oauth/token', {})).body.code, 'feature_disabled');
  assert.equal((await call('/admin/oauth/clients', undefined, { apikey: keys.secret_key })).body.code, 'feature_disabled');
  assert.equal((await fetch(`${server.url}/.well-known/oauth-authorization-server/auth/v1`)).status, 404);
}

onBoth('the OAuth server', { genericClient, management, authorizing, attacks, programs, secondFactor, expiry, limits, page, pageInUse,
  off });
