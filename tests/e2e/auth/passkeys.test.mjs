// Passkeys by @supabase/supabase-js, with an authenticator of the test's own in place of a browser's.
import assert from 'node:assert/strict';
import { authenticator, origin, url64 } from './authenticator.mjs';
import { address, claimsOf, fails, ok, onBoth, start } from './support.mjs';

async function passkeys(t, databaseUrl) {
  const { client, admin, call, keys } = await start(t, { databaseUrl,
    auth: `autoconfirm = true\nanonymous_users = true\nrate_burst = 200\nsite_url = "${origin}/x"\npasskeys = true\n` });
  const options = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false, experimental: { passkey: true } } };
  const open = () => client(keys.publishable_key, options).auth;
  const auth = open();
  const email = address();
  const { user } = await ok(auth.signUp({ email, password: 'secret-1' }));
  const key = authenticator();
  const asked = await ok(auth.passkey.startRegistration());
  assert.deepEqual([asked.options.rp.id, Buffer.from(asked.options.user.id, 'base64url').toString(), asked.options.user.name,
    asked.options.attestation, asked.options.authenticatorSelection.residentKey, asked.options.excludeCredentials],
  ['app.example', user.id, email, 'none', 'required', []]);
  const made = await ok(auth.passkey.verifyRegistration({ challengeId: asked.challenge_id, credential: key.create(asked.options) }));
  assert.equal(made.friendly_name, 'Passkey');
  // A challenge counts once, for whom and for what it was made.
  await fails(auth.passkey.verifyRegistration({ challengeId: asked.challenge_id, credential: key.create(asked.options) }),
    'webauthn_challenge_not_found', 400);
  const register = async (of, credential, change = (made) => made) => {
    const next = await ok(of.passkey.startRegistration());
    return of.passkey.verifyRegistration({ challengeId: next.challenge_id, credential: change(credential.create(next.options)) });
  };
  assert.deepEqual((await ok(auth.passkey.startRegistration())).options.excludeCredentials, [{ type: 'public-key', id: key.id }]);
  await fails(register(auth, key), 'webauthn_credential_exists', 422);
  const foreign = await ok(auth.passkey.startRegistration());
  await fails(auth.passkey.verifyRegistration({ challengeId: foreign.challenge_id,
    credential: authenticator().create(foreign.options, { origin: 'https://evil.example' }) }), 'webauthn_verification_failed', 400);

  const enter = async (credential, as) => {
    const inside = open();
    const { challenge_id: challengeId, options: wanted } = await ok(inside.passkey.startAuthentication());
    assert.deepEqual(wanted.allowCredentials, []);
    return inside.passkey.verifyAuthentication({ challengeId, credential: credential.get(wanted, as) });
  };
  const { session } = await ok(enter(key));
  const claims = claimsOf(session.access_token);
  assert.deepEqual([claims.sub, claims.aal, claims.amr[0].method], [user.id, 'aal1', 'passkey']);
  assert.ok((await ok(auth.passkey.list()))[0].last_used_at);
  // Replayed, of another page, copied (its counter stands still), for somebody else, unknown.
  const replay = await ok(open().passkey.startAuthentication());
  const credential = key.get(replay.options);
  await ok(open().passkey.verifyAuthentication({ challengeId: replay.challenge_id, credential }));
  await fails(open().passkey.verifyAuthentication({ challengeId: replay.challenge_id, credential }), 'webauthn_challenge_not_found', 400);
  const refused = (answer) => fails(answer, 'webauthn_verification_failed', 400);
  await refused(enter(key, { client: { origin: 'https://evil.example' } }));
  await refused(enter(key, { client: { challenge: 'AAAA' } }));
  await refused(enter(key, { client: { type: 'webauthn.create' } }));
  await refused(enter(key, { count: 1 }));
  await refused(enter(key, { count: 50, user: url64('0189f7a4-7c3f-4a8e-9a52-6f2b4c1d0e3f') }));
  await refused(enter(authenticator()));
  await ok(enter(key, { count: 51 }));

  // One that doesn't count, of another kind.
  const still = authenticator({ algorithm: 'EdDSA' });
  const second = await ok(register(auth, still));
  await ok(enter(still, { count: 0 }));
  await ok(enter(still, { count: 0 }));
  assert.equal((await ok(auth.passkey.update({ passkeyId: second.id, friendlyName: 'Laptop' }))).friendly_name, 'Laptop');
  assert.deepEqual((await ok(auth.passkey.list())).map(({ id, friendly_name }) => [id, friendly_name]),
    [[made.id, 'Passkey'], [second.id, 'Laptop']]);
  await ok(auth.passkey.delete({ passkeyId: second.id }));
  await refused(enter(still, { count: 0 }));

  // Nobody else's, and nobody's without an account of their own.
  const other = open();
  await ok(other.signUp({ email: address(), password: 'secret-1' }));
  await fails(other.passkey.delete({ passkeyId: made.id }), 'validation_failed', 404);
  const guest = open();
  await ok(guest.signInAnonymously());
  await fails(guest.passkey.startRegistration(), 'no_authorization', 403);
  await ok(admin.updateUserById(user.id, { ban_duration: '1h' }));
  await fails(enter(key, { count: 60 }), 'user_banned', 403);
  await ok(admin.updateUserById(user.id, { ban_duration: 'none' }));
  const headers = { apikey: keys.secret_key, Authorization: `Bearer ${keys.secret_key}` };
  assert.equal((await call(`/admin/users/${user.id}/passkeys`, undefined, headers)).body[0].id, made.id);
  assert.equal((await call('/settings')).body.passkeys_enabled, true);
}

async function off(t, databaseUrl) {
  const { call } = await start(t, { databaseUrl, auth: '' });
  const answer = await call('/passkeys/authentication/options', {});
  assert.deepEqual([answer.status, answer.body.code], [404, 'passkey_disabled']);
}

onBoth('passkeys', { passkeys, off });
