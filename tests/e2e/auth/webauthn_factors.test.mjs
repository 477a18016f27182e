// Authenticators as second factors, by @supabase/supabase-js.
import assert from 'node:assert/strict';
import { authenticator, origin, url64 } from './authenticator.mjs';
import { address, claimsOf, fails, ok, onBoth, start } from './support.mjs';

// As a browser gives it to auth-js, and as that gave it to the browser.
const given = (credential) => ({ toJSON: () => credential });
const creation = ({ publicKey }) => ({ ...publicKey, challenge: url64(publicKey.challenge),
  user: { ...publicKey.user, id: url64(publicKey.user.id) } });
const request = ({ publicKey }) => ({ ...publicKey, challenge: url64(publicKey.challenge) });

async function factors(t, databaseUrl) {
  const { client, admin, call } = await start(t, { databaseUrl,
    auth: `autoconfirm = true\nrate_burst = 200\nsite_url = "${origin}/x"\nwebauthn_factors = true\n` });
  const { auth } = client();
  const [email, password] = [address(), 'secret-1'];
  const { user, session: first } = await ok(auth.signUp({ email, password }));
  const key = authenticator();

  const enrolled = await ok(auth.mfa.enroll({ factorType: 'webauthn', friendlyName: 'Key' }));
  assert.deepEqual([enrolled.type, enrolled.friendly_name, enrolled.totp], ['webauthn', 'Key', undefined]);
  const factorId = enrolled.id;
  const challenge = (of = auth) => ok(of.mfa.challenge({ factorId, webauthn: { rpId: 'evil.example' } }));
  const verify = (of, challengeId, type, credential) =>
    of.mfa.verify({ factorId, challengeId, webauthn: { type, credential_response: given(credential) } });
  const register = async (credential, as) => {
    const asked = await challenge();
    assert.equal(asked.webauthn.type, 'create');
    return verify(auth, asked.id, 'create', credential.create(creation(asked.webauthn.credential_options), as));
  };
  const asked = await challenge();
  const wanted = asked.webauthn.credential_options.publicKey;
  assert.deepEqual([wanted.rp.id, Buffer.from(wanted.user.id).toString(), wanted.authenticatorSelection.residentKey,
    wanted.excludeCredentials ?? []], ['app.example', user.id, 'discouraged', []]);
  // Of another page, and without what was asked: neither makes it a factor, nor counts a challenge twice.
  await fails(register(key, { origin: 'https://evil.example' }), 'mfa_verification_failed', 422);
  await fails(verify(auth, asked.id, 'create', { id: key.id, response: {} }), 'mfa_verification_failed', 422);
  await fails(verify(auth, asked.id, 'create', key.create(creation(asked.webauthn.credential_options))), 'mfa_factor_not_found', 422);
  assert.deepEqual((await ok(auth.mfa.listFactors())).webauthn, []);
  const raised = await ok(register(key));
  const claims = claimsOf(raised.access_token);
  assert.deepEqual([claims.aal, claims.amr[0].method, claims.session_id],
    ['aal2', 'mfa/webauthn', claimsOf(first.access_token).session_id]);
  assert.deepEqual((await ok(auth.mfa.listFactors())).webauthn.map(({ id, status }) => [id, status]), [[factorId, 'verified']]);

  // The next sign-in is at aal1 until the authenticator signs.
  const next = client().auth;
  await ok(next.signInWithPassword({ email, password }));
  await fails(next.updateUser({ password: 'secret-2' }), 'insufficient_aal', 401);
  await fails(next.mfa.unenroll({ factorId }), 'insufficient_aal', 422);
  const enter = async (credential, as) => {
    const { id, webauthn } = await challenge(next);
    assert.deepEqual([webauthn.type, webauthn.credential_options.publicKey.rpId], ['request', 'app.example']);
    assert.deepEqual(webauthn.credential_options.publicKey.allowCredentials.map((one) => url64(one.id)), [key.id]);
    return verify(next, id, 'request', credential.get(request(webauthn.credential_options), as));
  };
  const refused = (answer) => fails(answer, 'mfa_verification_failed', 422);
  await refused(enter(key, { client: { origin: 'https://evil.example' } }));
  await refused(enter(key, { client: { type: 'webauthn.create' } }));
  await refused(enter(authenticator()));
  const replayed = await challenge(next);
  const credential = key.get(request(replayed.webauthn.credential_options), { count: 10 });
  const [one, two] = await Promise.all([1, 2].map(() => verify(next, replayed.id, 'request', credential)));
  assert.deepEqual([one, two].map(({ error }) => Boolean(error)).toSorted(), [false, true]);
  assert.equal(claimsOf((await ok(next.getSession())).session.access_token).aal, 'aal2');
  // A copy, whose counter stands behind; an authenticator that counts on.
  await refused(enter(key, { count: 10 }));
  await ok(enter(key, { count: 11 }));
  await ok(next.updateUser({ password: 'secret-2' }));

  // Another authenticator knows of the first; nobody may use a factor of somebody else.
  const more = await ok(next.mfa.enroll({ factorType: 'webauthn', friendlyName: 'Other' }));
  const { webauthn } = await ok(next.mfa.challenge({ factorId: more.id, webauthn: {} }));
  assert.deepEqual(webauthn.credential_options.publicKey.excludeCredentials.map((known) => url64(known.id)), [key.id]);
  const stranger = client().auth;
  await ok(stranger.signUp({ email: address(), password }));
  await fails(stranger.mfa.challenge({ factorId, webauthn: {} }), 'mfa_factor_not_found', 404);
  // Without it the sessions that it raised are at aal1 again.
  await ok(admin.mfa.deleteFactor({ userId: user.id, id: factorId }));
  const lowered = await ok(next.refreshSession());
  assert.deepEqual([claimsOf(lowered.session.access_token).aal, claimsOf(lowered.session.access_token).amr.map(({ method }) => method)],
    ['aal1', ['password']]);
  assert.equal((await call('/health')).status, 200);
}

async function off(t, databaseUrl) {
  const { client } = await start(t, { databaseUrl, auth: 'autoconfirm = true\n' });
  const { auth } = client();
  await ok(auth.signUp({ email: address(), password: 'secret-1' }));
  await fails(auth.mfa.enroll({ factorType: 'webauthn', friendlyName: 'Key' }), 'mfa_webauthn_enroll_not_enabled', 422);
}

onBoth('authenticators as second factors', { factors, off });
