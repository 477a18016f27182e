// @supabase/supabase-js's auth.* against the real binary, on SQLite and on PostgreSQL: every public method works, or is
// named here with the reason why not.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { folder, json, must, serve } from '../cli/support.mjs';
import { address, claimsOf, fails, ok, onBoth, quiet, schema, start } from './support.mjs';

const covered = `signInAnonymously signUp signInWithPassword signInWithOtp verifyOtp resend getSession getUser updateUser
  setSession refreshSession signOut resetPasswordForEmail getUserIdentities unlinkIdentity getClaims initialize
  onAuthStateChange exchangeCodeForSession signInWithOAuth signInWithIdToken linkIdentity
  reauthenticate`.split(/\s+/);
const coveredAdmin = `signOut inviteUserByEmail generateLink createUser listUsers getUserById updateUserById deleteUser`.split(' ');
const coveredFactors = `enroll verify unenroll challenge listFactors challengeAndVerify getAuthenticatorAssuranceLevel`.split(' ');
const uncoveredFactors = ['webauthn', 'recoveryCodes'];  // webauthn_factors.test.mjs; refused by name
// What the server refuses, always or without the settings for it, and the code that it gives; tried below.
const refused = new Map([
  ['signInWithSSO', [(auth) => auth.signInWithSSO({ domain: 'a.example' }), 'saml_provider_disabled']],
  ['signInWithIdToken', [(auth) => auth.signInWithIdToken({ provider: 'google', token: 'x' }), 'provider_disabled']],
  ['reauthenticate', [(auth) => auth.reauthenticate(), 'email_provider_disabled']],
  ['linkIdentity', [(auth) => auth.linkIdentity({ provider: 'google' }), 'manual_linking_disabled']],
  ['mfa.enroll phone', [(auth) => auth.mfa.enroll({ factorType: 'phone', phone: '123456' }), 'mfa_phone_enroll_not_enabled']],
]);
const uncovered = new Map([
  ['signInWithWeb3', 'needs a wallet; POST /token answers web3_provider_disabled, below'],
  ['signInWithEthereum', 'as signInWithWeb3'], ['signInWithSolana', 'as signInWithWeb3'],
  ['linkIdentityOAuth', 'inner part of linkIdentity (oauth.test.mjs)'], ['linkIdentityIdToken', 'inner part of linkIdentity'],
  ['signInWithPasskey', 'a browser around passkey.* (passkeys.test.mjs)'],
  ['registerPasskey', 'as signInWithPasskey'],
  ['fetchJwk', 'inner part of getClaims'], ['jwks', 'no request'], ['jwks_cached_at', 'no request'],
  ['isThrowOnErrorEnabled', 'no request'], ['startAutoRefresh', 'a timer over refreshSession'],
  ['stopAutoRefresh', 'no request'], ['dispose', 'no request'], ['constructor', 'no request'],
]);

test('the tables name every method', () => {
  const { auth } = createClient('http://127.0.0.1:1', 'k', quiet);
  const names = (object) => Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter((name) => !name.startsWith('_'));
  const known = new Set([...covered, ...refused.keys(), ...uncovered.keys()]);
  assert.deepEqual(names(auth).filter((name) => !known.has(name)), []);
  const factors = new Set([...coveredFactors, ...uncoveredFactors]);
  assert.deepEqual(Object.keys(auth.mfa).filter((name) => !factors.has(name)), []);
  assert.deepEqual(names(auth.admin).filter((name) => name !== 'constructor' && !coveredAdmin.includes(name)), []);
});

// The journeys, each on its own server.
async function passwords(t, databaseUrl) {
  const { client, call, keys, made } = await start(t, { databaseUrl, auth: 'autoconfirm = true\nanonymous_users = true\n' });
  const { auth } = client();
  const email = address();
  const events = [];
  auth.onAuthStateChange((event) => events.push(event));
  const signed = await ok(auth.signUp({ email: email.toUpperCase(), password: 'secret-1', options: { data: { nick: 'Ann' } } }));
  assert.equal(signed.user.email, email);
  assert.deepEqual([signed.user.user_metadata.nick, signed.user.user_metadata.email_verified], ['Ann', true]);
  assert.deepEqual(signed.user.app_metadata, { provider: 'email', providers: ['email'] });
  assert.equal(signed.user.identities[0].provider, 'email');
  const claims = claimsOf(signed.session.access_token);
  assert.deepEqual([claims.sub, claims.aud, claims.role, claims.aal, claims.is_anonymous, claims.amr[0].method],
    [signed.user.id, 'authenticated', 'authenticated', 'aal1', false, 'password']);
  assert.equal(claims.exp - claims.iat, 3600);
  assert.deepEqual((await ok(auth.getClaims())).claims.session_id, claims.session_id);

  await fails(auth.signUp({ email, password: 'secret-2' }), 'user_already_exists', 422);
  await fails(client().auth.signUp({ email: address(), password: 'short' }), 'weak_password', 422);
  await fails(client().auth.signUp({ email: 'no-address', password: 'secret-1' }), 'validation_failed', 400);
  await fails(client().auth.signInWithPassword({ email, password: 'wrong' }), 'invalid_credentials', 400);
  await fails(client().auth.signInWithPassword({ email: address(), password: 'secret-1' }), 'invalid_credentials', 400);

  // The rules know the user; the accounts' tables are nobody's resource.
  const other = client();
  const inside = await ok(other.auth.signInWithPassword({ email, password: 'secret-1' }));
  await ok(other.from('Profile').insert({ id: inside.user.id, nick: 'Ann' }));
  assert.equal((await other.from('Profile').insert({ id: 'somebody', nick: 'x' })).status, 403);
  assert.deepEqual(await ok(client().from('Profile').select()), []);
  assert.equal((await ok(other.from('Profile').select())).length, 1);
  for (const table of ['User', '_trivet_auth_users', '_trivet_auth_sessions', 'Session'])
    assert.equal((await client(keys.secret_key).from(table).select()).status, 404, table);

  // Rotation: the direct predecessor gives the current token, older ones within the interval too.
  const first = inside.session.refresh_token;
  const second = await ok(other.auth.refreshSession({ refresh_token: first }));
  assert.notEqual(second.session.refresh_token, first);
  assert.equal((await ok(client().auth.refreshSession({ refresh_token: first }))).session.refresh_token,
    second.session.refresh_token);
  assert.equal(claimsOf(second.session.access_token).session_id, claimsOf(inside.session.access_token).session_id);
  const forged = `${first.slice(0, -1)}${first.endsWith('A') ? 'B' : 'A'}`;
  await fails(client().auth.refreshSession({ refresh_token: forged }), 'refresh_token_not_found', 400);
  const racers = await Promise.all(Array.from({ length: 4 }, () =>
    client().auth.refreshSession({ refresh_token: second.session.refresh_token })));
  assert.equal(new Set(racers.map((racer) => racer.data.session?.refresh_token)).size, 1, JSON.stringify(racers));

  await ok(auth.updateUser({ data: { nick: null, age: 3 } }));
  const changed = await ok(auth.getUser());
  assert.deepEqual([changed.user.user_metadata.nick, changed.user.user_metadata.age], [undefined, 3]);
  await fails(auth.updateUser({ password: 'secret-1' }), 'same_password', 422);
  await ok(auth.updateUser({ password: 'secret-3' }));
  await fails(other.auth.getUser(), undefined);  // its session ended with the password
  await fails(client().auth.signInWithPassword({ email, password: 'secret-1' }), 'invalid_credentials');
  await ok(client().auth.signInWithPassword({ email, password: 'secret-3' }));
  const [identity] = (await ok(auth.getUserIdentities())).identities;
  await fails(auth.unlinkIdentity(identity), 'single_identity_not_deletable', 422);
  for (const [attempt, code] of refused.values()) await fails(attempt(auth), code);

  // Sign-out: others, then all.
  const third = client();
  const kept = await ok(third.auth.signInWithPassword({ email, password: 'secret-3' }));
  await ok(third.auth.signOut({ scope: 'others' }));
  await ok(third.auth.getUser());
  await ok(client().auth.setSession(kept.session));
  await ok(third.auth.signOut());
  await fails(client().auth.refreshSession(kept.session), 'refresh_token_not_found', 400);
  const gone = await call('/user', undefined, { Authorization: `Bearer ${kept.session.access_token}` });
  assert.deepEqual([gone.status, gone.body.code], [403, 'session_not_found']);

  // An anonymous user gets an address and a password and stays who it is.
  const guest = client();
  const anonymous = await ok(guest.auth.signInAnonymously({ options: { data: { seat: 4 } } }));
  assert.deepEqual([anonymous.user.is_anonymous, anonymous.user.email, anonymous.user.app_metadata], [true, '', {}]);
  await fails(guest.auth.updateUser({ password: 'secret-4' }), 'validation_failed', 422);
  const promoted = await ok(guest.auth.updateUser({ email: address(), password: 'secret-4' }));
  assert.deepEqual([promoted.user.id, promoted.user.is_anonymous], [anonymous.user.id, false]);
  const again = await ok(client().auth.signInWithPassword({ email: promoted.user.email, password: 'secret-4' }));
  assert.deepEqual([again.user.id, again.user.user_metadata.seat], [anonymous.user.id, 4]);
  assert.ok(events.includes('SIGNED_IN') && events.includes('USER_UPDATED'));

  if (databaseUrl) return;
  // Nothing that lets anybody in is in the database as it was sent.
  const bytes = readFileSync(path.join(made, 'data.db'), 'latin1') + readFileSync(path.join(made, 'data.db-wal'), 'latin1');
  for (const secret of ['secret-3', again.session.refresh_token, again.session.access_token])
    assert.ok(!bytes.includes(secret));
  assert.ok(bytes.includes('$argon2id$'));
}

// The status of a sign-in whose connection comes from that address of this machine.
function signInFrom(localAddress, server, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${server.url}/auth/v1/token?grant_type=password`, { method: 'POST', localAddress }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

async function errors(t, databaseUrl) {
  const { call, keys, server } = await start(t, { databaseUrl, auth: 'reuse_interval = "0s"\nautoconfirm = true\n' });
  assert.equal((await call('/health')).body.name, 'GoTrue');
  const settings = (await call('/settings')).body;
  assert.deepEqual([settings.external.email, settings.external.github, settings.mailer_autoconfirm], [true, false, true]);
  const [key, ...others] = (await call('/.well-known/jwks.json')).body.keys;
  assert.deepEqual([key.kty, key.alg, key.use, key.d, others.length], ['EC', 'ES256', 'sig', undefined, 0]);

  const email = address();
  const up = await call('/signup', { email, password: 'secret-1', code_challenge: null });
  assert.equal(up.headers.get('cache-control'), 'no-store');
  const old = await call('/token?grant_type=password', { email, password: 'x' }, { 'X-Supabase-Api-Version': '' });
  assert.deepEqual(old.body, { code: 400, error_code: 'invalid_credentials', msg: 'Invalid login credentials' });
  const fresh = await call('/token?grant_type=password', { email, password: 'x' });
  assert.deepEqual(fresh.body, { code: 'invalid_credentials', message: 'Invalid login credentials' });
  assert.equal(fresh.headers.get('x-supabase-api-version'), '2024-01-01');
  const weak = await call('/signup', { email: address(), password: 'x' });
  assert.deepEqual(weak.body.weak_password, { reasons: ['length'] });

  // Reuse of an older token ends the family, access tokens included.
  const refresh = (token) => call('/token?grant_type=refresh_token', { refresh_token: token });
  const second = (await refresh(up.body.refresh_token)).body;
  const third = (await refresh(second.refresh_token)).body;
  const reused = await refresh(up.body.refresh_token);
  assert.deepEqual([reused.status, reused.body.code], [400, 'refresh_token_already_used']);
  assert.equal((await refresh(third.refresh_token)).body.code, 'refresh_token_not_found');
  assert.equal((await call('/user', undefined, { Authorization: `Bearer ${third.access_token}` })).body.code, 'session_not_found');

  const status = async (route, body, headers) => {
    const answer = await call(route, body, headers);
    return [answer.status, answer.body.code];
  };
  assert.deepEqual(await status('/user'), [401, 'no_authorization']);
  assert.deepEqual(await status('/user', undefined, { Authorization: `Bearer ${keys.publishable_key}` }), [403, 'bad_jwt']);
  assert.deepEqual(await status('/user', undefined, { Authorization: 'Bearer a.b.c' }), [403, 'bad_jwt']);
  assert.deepEqual(await status('/admin/users', undefined, { Authorization: `Bearer ${second.access_token}` }), [403, 'not_admin']);
  assert.deepEqual(await status('/admin/users'), [401, 'no_authorization']);
  assert.deepEqual(await status('/nothing'), [404, 'validation_failed']);
  assert.deepEqual(await status('/token?grant_type=web3', {}), [422, 'web3_provider_disabled']);
  assert.deepEqual(await status('/token?grant_type=magic', {}), [400, 'invalid_credentials']);
  assert.deepEqual(await status('/signup', { phone: '123456', password: 'secret-1' }), [400, 'phone_provider_disabled']);
  assert.deepEqual(await status('/signup', { data: {} }), [422, 'anonymous_provider_disabled']);
  // serve has no way to send mail: what needs it says so.
  for (const [route, body] of [['/recover', { email }], ['/otp', { email }], ['/magiclink', { email }]])
    assert.deepEqual(await status(route, body), [422, 'email_provider_disabled'], route);
  const broken = await json(`${server.url}/auth/v1/signup`, { method: 'POST', body: '{', headers: {} });
  assert.deepEqual([broken.status, broken.body.error_code], [400, 'bad_json']);

  // Ten wrong passwords: the right one has to wait too, but for who tried from elsewhere.
  const victim = address();
  await call('/signup', { email: victim, password: 'secret-1' });
  for (let i = 0; i < 10; ++i) await call('/token?grant_type=password', { email: victim, password: 'wrong' });
  assert.deepEqual(await status('/token?grant_type=password', { email: victim, password: 'secret-1' }),
    [429, 'over_request_rate_limit']);
  assert.equal(await signInFrom('127.0.0.9', server, { email: victim, password: 'secret-1' }), 200);
  // And one address of a client only so often.
  let limited;
  for (let i = 0; i < 40 && limited?.status !== 429; ++i) limited = await refresh('x');
  assert.deepEqual([limited.status, limited.body.message], [429, 'Request rate limit reached']);
}

async function mails(t, databaseUrl) {
  const { client, call, follow, mails: box, admin, server } = await start(t, { databaseUrl, command: 'dev',
    auth: 'site_url = "https://app.example"\nredirect_urls = ["https://*.app.example/**"]\nrate_burst = 200\n' });
  const email = address();
  const { auth } = client();
  const up = await ok(auth.signUp({ email, password: 'secret-1' }));
  assert.equal(up.session, null);
  assert.equal(up.user.identities.length, 1);
  assert.ok(up.user.confirmation_sent_at);
  await fails(auth.signInWithPassword({ email, password: 'secret-1' }), 'email_not_confirmed', 400);
  await fails(auth.signInWithPassword({ email, password: 'wrong' }), 'invalid_credentials', 400);
  const [first] = await box();
  assert.deepEqual([first.to, first.kind], [email, 'confirmation']);
  await ok(auth.resend({ type: 'signup', email }));
  const [second] = await box();
  await fails(auth.verifyOtp({ email, token: first.code === '000000' ? '000001' : '000000', type: 'signup' }), 'otp_expired', 403);
  if (first.code !== second.code) await fails(auth.verifyOtp({ email, token: first.code, type: 'email' }), 'otp_expired', 403);
  const inside = await ok(auth.verifyOtp({ email, token: second.code, type: 'signup' }));
  assert.ok(inside.user.email_confirmed_at && inside.user.user_metadata.email_verified);
  assert.equal(claimsOf(inside.session.access_token).amr[0].method, 'otp');
  await fails(auth.verifyOtp({ email, token: second.code, type: 'signup' }), 'otp_expired', 403);
  await ok(auth.signInWithPassword({ email, password: 'secret-1' }));

  // A stranger who signs up with that address sees the same as with a new one.
  const repeated = await ok(client().auth.signUp({ email, password: 'secret-9', options: { data: { a: 1 } } }));
  assert.deepEqual([repeated.user.identities, repeated.user.email, repeated.user.user_metadata], [[], email, { a: 1 }]);
  assert.notEqual(repeated.user.id, inside.user.id);
  await fails(client().auth.signInWithPassword({ email, password: 'secret-9' }), 'invalid_credentials');
  const count = (await box()).length;
  await ok(client().auth.resetPasswordForEmail(address()));
  assert.equal((await box()).length, count);

  // Five wrong codes end a code.
  await ok(client().auth.resetPasswordForEmail(email));
  const [recovery] = await box();
  assert.equal(recovery.kind, 'recovery');
  const wrong = recovery.code === '000000' ? '000001' : '000000';
  for (let i = 0; i < 5; ++i) await fails(client().auth.verifyOtp({ email, token: wrong, type: 'recovery' }), 'otp_expired');
  await fails(client().auth.verifyOtp({ email, token: recovery.code, type: 'recovery' }), 'otp_expired');

  // A link works once and leads where it may.
  await ok(client().auth.signInWithOtp({ email, options: { emailRedirectTo: 'https://x.app.example/in?a=1', shouldCreateUser: false } }));
  const [magic] = await box();
  assert.equal(magic.kind, 'magic_link');
  const landed = await follow(magic.link);
  assert.match(landed, /^https:\/\/x\.app\.example\/in\?a=1#access_token=.*&type=magiclink$/);
  const token = new URLSearchParams(new URL(landed).hash.slice(1));
  assert.equal((await ok(client().auth.setSession({ access_token: token.get('access_token'),
    refresh_token: token.get('refresh_token') }))).user.id, inside.user.id);
  assert.match(await follow(magic.link), /#error=access_denied&error_code=otp_expired&/);
  await ok(client().auth.signInWithOtp({ email, options: { emailRedirectTo: 'https://evil.example/' } }));
  assert.match(await follow((await box())[0].link), /^https:\/\/app\.example#access_token=/);
  await fails(client().auth.signInWithOtp({ email: address(), options: { shouldCreateUser: false } }), 'otp_disabled', 422);

  // A new address is confirmed by both.
  await ok(auth.signInWithPassword({ email, password: 'secret-1' }));
  const moved = address();
  const asked = await ok(auth.updateUser({ email: moved }));
  assert.deepEqual([asked.user.email, asked.user.new_email], [email, moved]);
  const [fresh, current] = await box();
  assert.deepEqual([fresh.to, current.to], [moved, email]);
  const half = await call('/verify', { email: moved, token: fresh.code, type: 'email_change' });
  assert.deepEqual([half.status, half.body.code], [200, '200']);
  const whole = await ok(client().auth.verifyOtp({ email, token: current.code, type: 'email_change' }));
  assert.deepEqual([whole.user.email, whole.user.id, whole.user.new_email], [moved, inside.user.id, undefined]);
  await ok(client().auth.signInWithPassword({ email: moved, password: 'secret-1' }));

  // Whoever signed up with somebody else's address keeps no way in once its owner comes.
  const owner = address();
  await ok(client().auth.signUp({ email: owner, password: 'a-stranger' }));
  await ok(client().auth.signInWithOtp({ email: owner }));
  await ok(client().auth.verifyOtp({ email: owner, token: (await box())[0].code, type: 'email' }));
  await fails(client().auth.signInWithPassword({ email: owner, password: 'a-stranger' }), 'invalid_credentials', 400);
  const other = address();
  await ok(client().auth.signUp({ email: other, password: 'a-stranger' }));
  await ok(client().auth.resetPasswordForEmail(other));
  await ok(client().auth.verifyOtp({ email: other, token: (await box())[0].code, type: 'recovery' }));
  await fails(client().auth.signInWithPassword({ email: other, password: 'a-stranger' }), 'invalid_credentials', 400);
  // Nor by a second sign-up: its link confirms nothing that the first one chose.
  const late = address();
  await ok(client().auth.signUp({ email: late, password: 'a-stranger', options: { data: { note: 'x'.repeat(9000) } } }));
  await ok(client().auth.signUp({ email: late, password: 'her-own-2' }));
  const { user: settled } = await ok(client().auth.verifyOtp({ email: late, token: (await box())[0].code, type: 'signup' }));
  assert.equal(settled.user_metadata.note, undefined);
  for (const password of ['a-stranger', 'her-own-2'])
    await fails(client().auth.signInWithPassword({ email: late, password }), 'invalid_credentials', 400);
  // Whoever asks twice for the same keeps it.
  const twice = address();
  for (let i = 0; i < 2; ++i) await ok(client().auth.signUp({ email: twice, password: 'her-own-3' }));
  await ok(client().auth.verifyOtp({ email: twice, token: (await box())[0].code, type: 'signup' }));
  await ok(client().auth.signInWithPassword({ email: twice, password: 'her-own-3' }));
  // But asking for a link takes nobody's password, as long as the sign-up's own is followed.
  const third = address();
  await ok(client().auth.signUp({ email: third, password: 'her-own-1' }));
  const [own] = await box();
  await ok(client().auth.signInWithOtp({ email: third }));
  await ok(client().auth.verifyOtp({ email: third, token: own.code, type: 'signup' }));
  await ok(client().auth.signInWithPassword({ email: third, password: 'her-own-1' }));

  // Changes of address that are asked for at once: what is confirmed was proven.
  const racer = client();
  const before = address();
  await ok(racer.auth.signUp({ email: before, password: 'secret-1' }));
  await ok(racer.auth.verifyOtp({ email: before, token: (await box())[0].code, type: 'signup' }));
  const mine = address();
  for (let round = 0; round < 10; ++round) {
    const theirs = address();
    await Promise.all([mine, theirs].map((email) => racer.auth.updateUser({ email })));
    for (const mail of (await box()).slice(0, 4).filter(({ to }) => to !== theirs))
      await call('/verify', { token_hash: new URL(mail.link).searchParams.get('token'), type: 'email_change' });
    const { user } = await ok(racer.auth.getUser());
    assert.notEqual(user.email, theirs);
  }

  const guest = address();
  const invited = await ok(admin.inviteUserByEmail(guest, { data: { team: 1 } }));
  assert.ok(invited.user.invited_at);
  assert.equal((await box())[0].kind, 'invite');
  await fails(admin.inviteUserByEmail(moved), 'email_exists', 422);
  // The page is for this machine alone.
  const page = await fetch(`${server.url}/_/mail`);
  assert.match(await page.text(), new RegExp(`to ${guest}`));
  assert.equal((await fetch(`${server.url}/_/mail`, { headers: { Origin: 'https://evil.example' } })).status, 404);
  // Nor for who comes by a tunnel or proxy, which calls itself this machine.
  assert.equal((await fetch(`${server.url}/_/mail`, { headers: { 'X-Forwarded-For': '192.0.2.1' } })).status, 404);
}

// An old session alone changes no password.
async function again(t, databaseUrl) {
  const { client, mails: box, admin, call, keys } = await start(t, { databaseUrl, command: 'dev',
    auth: 'reauthenticate_after = "1ms"\nrate_burst = 200\n' });
  const email = address();
  await ok(admin.createUser({ email, password: 'secret-1', email_confirm: true }));
  const { auth } = client();
  const { user } = await ok(auth.signInWithPassword({ email, password: 'secret-1' }));
  await fails(auth.updateUser({ password: 'secret-2' }), 'reauthentication_needed', 400);
  await fails(auth.updateUser({ email: address() }), 'reauthentication_needed', 400);
  await fails(auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Phone' }), 'reauthentication_needed', 400);
  await ok(auth.updateUser({ data: { a: 1 } }));
  await ok(auth.reauthenticate());
  const [mail] = await box();
  assert.deepEqual([mail.kind, mail.to, mail.link], ['reauthentication', email, '']);
  assert.ok((await ok(auth.getUser())).user.reauthentication_sent_at);
  const wrong = mail.code === '000000' ? '000001' : '000000';
  await fails(auth.updateUser({ password: 'secret-2', nonce: wrong }), 'reauthentication_not_valid', 422);
  // It is no way in, and nobody else's.
  await fails(client().auth.verifyOtp({ email, token: mail.code, type: 'email' }), 'otp_expired', 403);
  const { body } = await call('/verify', { email, token: mail.code, type: 'reauthentication' });
  assert.equal(body.code, 'validation_failed');
  const other = client();
  const second = address();
  await ok(admin.createUser({ email: second, password: 'secret-1', email_confirm: true }));
  await ok(other.auth.signInWithPassword({ email: second, password: 'secret-1' }));
  await fails(other.auth.updateUser({ password: 'secret-2', nonce: mail.code }), 'reauthentication_not_valid', 422);
  await ok(auth.updateUser({ password: 'secret-2', nonce: mail.code }));
  await fails(auth.updateUser({ password: 'secret-3', nonce: mail.code }), 'reauthentication_not_valid', 422);
  await ok(client().auth.signInWithPassword({ email, password: 'secret-2' }));

  const headers = { apikey: keys.secret_key, Authorization: `Bearer ${keys.secret_key}` };
  const audit = async (query) => {
    const answer = await call(`/admin/audit?${query}`, undefined, headers);
    return { total: Number(answer.headers.get('x-total-count')), events: answer.body, link: answer.headers.get('link') };
  };
  const mine = await audit(`query=author:${email}&per_page=2`);
  assert.deepEqual([mine.events.length, mine.events[0].payload.actor_id, mine.events[0].payload.action], [2, user.id, 'login']);
  assert.match(mine.link, /^<\/admin\/audit\?page=2&per_page=2>; rel="next", /);
  assert.equal((await audit(`query=author:${user.id}`)).total, mine.total);
  const asked = await audit('query=action:reauthenticate');
  assert.deepEqual(asked.events.map(({ payload }) => payload.actor_username), [email]);
  assert.ok(asked.events[0].ip_address);
  assert.equal((await audit('query=type:factor')).total, 0);
  assert.equal((await call('/admin/audit?query=colour:red', undefined, headers)).status, 400);
  assert.equal((await call('/admin/audit')).status, 401);
}

async function operators(t, databaseUrl) {
  const { client, admin, call, made } = await start(t, { databaseUrl, auth: 'sign_up = false\n' });
  await fails(client().auth.signUp({ email: address(), password: 'secret-1' }), 'signup_disabled', 422);
  const email = address();
  const id = '0189f7a4-7c3f-4a8e-9a52-6f2b4c1d0e3f';
  const { user } = await ok(admin.createUser({ id, email, password: 'secret-1', email_confirm: true,
    user_metadata: { a: 1 }, app_metadata: { plan: 'pro' } }));
  assert.deepEqual([user.id, user.app_metadata.plan, user.app_metadata.provider, user.user_metadata],
    [id, 'pro', 'email', { a: 1 }]);
  await fails(admin.createUser({ email }), 'email_exists', 422);
  for (let i = 0; i < 3; ++i) await ok(admin.createUser({ email: address() }));
  const page = await ok(admin.listUsers({ page: 1, perPage: 3 }));
  assert.deepEqual([page.users.length, page.total, page.nextPage, page.lastPage], [3, 4, 2, 2]);
  assert.equal((await ok(admin.listUsers({ page: 2, perPage: 3 }))).users[0].id, id);
  assert.equal((await ok(admin.listUsers())).users.length, 4);
  assert.equal((await ok(admin.getUserById(id))).user.email, email);
  await fails(admin.getUserById('0189f7a4-7c3f-4a8e-9a52-6f2b4c1d0e30'), 'user_not_found', 404);

  const session = (await ok(client().auth.signInWithPassword({ email, password: 'secret-1' }))).session;
  await ok(admin.updateUserById(id, { ban_duration: '1h30m' }));
  await fails(client().auth.signInWithPassword({ email, password: 'secret-1' }), 'user_banned', 400);
  await fails(client().auth.refreshSession(session), 'user_banned', 400);
  await fails(client().auth.signInWithPassword({ email, password: 'wrong' }), 'invalid_credentials', 400);
  await ok(admin.updateUserById(id, { ban_duration: 'none', app_metadata: { plan: null } }));
  assert.equal((await ok(admin.getUserById(id))).user.app_metadata.plan, undefined);
  const moved = address();
  await ok(admin.updateUserById(id, { email: moved, password: 'secret-2' }));
  await fails(client().auth.refreshSession(session), 'refresh_token_not_found', 400);
  const again = await ok(client().auth.signInWithPassword({ email: moved, password: 'secret-2' }));
  await ok(admin.signOut(again.session.access_token));
  await fails(client().auth.refreshSession(again.session), 'refresh_token_not_found');

  // An operator who is a user is one for as long as the session lasts and nobody bans them.
  const own = address();
  const { user: boss } = await ok(admin.createUser({ email: own, password: 'secret-9', email_confirm: true, role: 'service_role' }));
  const entered = await ok(client().auth.signInWithPassword({ email: own, password: 'secret-9' }));
  const asBoss = (target) => call(target, undefined, { Authorization: `Bearer ${entered.session.access_token}` });
  assert.equal((await asBoss('/admin/users')).status, 200);
  await ok(admin.updateUserById(boss.id, { ban_duration: '1h' }));
  assert.equal((await asBoss('/admin/users')).body.code, 'user_banned');
  await ok(admin.updateUserById(boss.id, { ban_duration: 'none' }));
  await ok(admin.signOut(entered.session.access_token));
  assert.equal((await asBoss('/admin/users')).body.code, 'session_not_found');

  // Links that an operator sends on its own.
  const link = await ok(admin.generateLink({ type: 'magiclink', email: moved }));
  assert.deepEqual([link.user.id, link.properties.verification_type], [id, 'magiclink']);
  assert.match(link.properties.action_link, /\/auth\/v1\/verify\?token=/);
  const inside = await ok(client().auth.verifyOtp({ token_hash: link.properties.hashed_token, type: 'magiclink' }));
  assert.equal(inside.user.id, id);
  await fails(client().auth.verifyOtp({ token_hash: link.properties.hashed_token, type: 'magiclink' }), 'otp_expired', 403);
  const up = await ok(admin.generateLink({ type: 'signup', email: address(), password: 'secret-5' }));
  const joined = await ok(client().auth.verifyOtp({ email: up.user.email, token: up.properties.email_otp, type: 'signup' }));
  assert.ok(joined.user.email_confirmed_at);
  await fails(admin.generateLink({ type: 'recovery', email: address() }), 'user_not_found', 404);

  await ok(admin.deleteUser(joined.user.id, true));
  assert.ok((await ok(admin.getUserById(joined.user.id))).user.deleted_at);
  await fails(client().auth.signInWithPassword({ email: up.user.email, password: 'secret-5' }), 'invalid_credentials');
  await ok(admin.deleteUser(id));
  await fails(admin.getUserById(id), 'user_not_found', 404);
  await fails(client().auth.refreshSession(inside.session), 'refresh_token_not_found');

  // The project's tables and the accounts' don't see each other.
  assert.match(must(['db', 'push', made]), /is what the schema says/);
}

onBoth('auth', { passwords, errors, mails, again, operators });

test('off by default', async (t) => {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), schema('sqlite'));
  must(['keys', made, '--json']);
  must(['db', 'push', made]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  assert.equal((await json(`${server.url}/auth/v1/health`)).status, 404);
});
