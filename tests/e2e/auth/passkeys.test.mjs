// Passkeys by @supabase/supabase-js, with an authenticator of the test's own in place of a browser's.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { address, claimsOf, fails, ok, onBoth, start } from './support.mjs';

const origin = 'https://app.example';
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
const url64 = (bytes) => Buffer.from(bytes).toString('base64url');

// CBOR of what is needed here: integers, strings, bytes, maps given as lists of pairs.
function cbor(value) {
  const head = (major, size) => (size < 24 ? Buffer.from([major << 5 | size])
    : size < 256 ? Buffer.from([major << 5 | 24, size]) : Buffer.from([major << 5 | 25, size >> 8, size & 255]));
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.length), ...value.flat().map(cbor)]);
}

// An authenticator; `as` overrides what it says.
function authenticator({ algorithm = 'ES256' } = {}) {
  const { privateKey, publicKey } = algorithm === 'ES256' ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('ed25519');
  const jwk = publicKey.export({ format: 'jwk' });
  const part = (name) => Buffer.from(jwk[name], 'base64url');
  const cose = algorithm === 'ES256' ? [[1, 2], [3, -7], [-1, 1], [-2, part('x')], [-3, part('y')]]
    : [[1, 1], [3, -8], [-1, 6], [-2, part('x')]];
  const id = randomBytes(32);
  let count = 0;
  let user;
  const data = (host, flags, rest = Buffer.alloc(0)) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(count);
    return Buffer.concat([sha256(host), Buffer.from([flags]), counter, rest]);
  };
  const client = (type, challenge, as) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false, ...as }));
  return {
    id: url64(id),
    create({ rp, user: of, challenge }, as = {}) {
      user = of.id;
      const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cbor(cose)]);
      const attestationObject = cbor([['fmt', 'none'], ['attStmt', []], ['authData', data(rp.id, 0x45, attested)]]);
      return { id: url64(id), rawId: url64(id), type: 'public-key', clientExtensionResults: {},
        response: { clientDataJSON: url64(client('webauthn.create', challenge, as)), attestationObject: url64(attestationObject) } };
    },
    get({ rpId, challenge }, as = {}) {
      count = as.count ?? count + 1;
      const authenticatorData = data(rpId, 0x05);
      const clientData = client('webauthn.get', challenge, as.client);
      const message = Buffer.concat([authenticatorData, sha256(clientData)]);
      const signature = sign(algorithm === 'ES256' ? 'sha256' : null, message, privateKey);
      return { id: url64(id), rawId: url64(id), type: 'public-key', clientExtensionResults: {}, response: {
        clientDataJSON: url64(clientData), authenticatorData: url64(authenticatorData), signature: url64(signature),
        userHandle: as.user ?? user } };
    },
  };
}

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
