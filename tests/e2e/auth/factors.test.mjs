// Second factors by @supabase/supabase-js: applications that make codes, levels of assurance, what operators do with them.
import { createHmac } from 'node:crypto';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { address, claimsOf, fails, ok, onBoth, start } from './support.mjs';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const fromBase32 = (text) => {
  const bits = [...text].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
};
// What an application shows, `ahead` steps from now (RFC 6238).
function codeOf(secret, ahead = 0) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}
const otherThan = (code) => (code === '000000' ? '000001' : '000000');

const models = (provider) => `datasource db {
  provider = "${provider}"
}
type Caller {
  id  String
  aal String?
  @@auth
}
model Vault {
  id Int @id
  @@allow('create', auth().id != null)
  @@allow('read', auth().aal == 'aal2')
}
`;

async function totp(t, databaseUrl) {
  const { client, made } = await start(t, { databaseUrl, models,
    auth: 'autoconfirm = true\nmanual_linking = true\nrate_burst = 200\nsite_url = "https://app.example/x"\n' });
  const email = address();
  const { auth } = client();
  const { session: plain } = await ok(auth.signUp({ email, password: 'secret-1' }));
  const enrolled = await ok(auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Phone' }));
  assert.match(enrolled.totp.qr_code, /^data:image\/svg\+xml;utf-8,<svg [^#]*<\/svg>$/);
  const uri = new URL(enrolled.totp.uri);
  const { searchParams } = uri;
  assert.deepEqual([uri.protocol, uri.host, decodeURIComponent(uri.pathname), searchParams.get('secret'), searchParams.get('issuer')],
    ['otpauth:', 'totp', `/app.example:${email}`, enrolled.totp.secret, 'app.example']);
  const { secret } = enrolled.totp;
  assert.equal(fromBase32(secret).length, 20);
  await fails(auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Phone' }), 'mfa_factor_name_conflict', 422);

  // Nothing is asked for before it was shown once.
  const level = async (of) => {
    const { currentLevel, nextLevel } = await ok(of.mfa.getAuthenticatorAssuranceLevel());
    return [currentLevel, nextLevel];
  };
  await ok(auth.refreshSession());
  assert.deepEqual(await level(auth), ['aal1', 'aal1']);
  const listed = await ok(auth.mfa.listFactors());
  assert.deepEqual([listed.all.length, listed.totp.length, listed.all[0].status], [1, 0, 'unverified']);

  const factorId = enrolled.id;
  const challenge = await ok(auth.mfa.challenge({ factorId }));
  assert.ok(challenge.expires_at > Date.now() / 1000 + 290);
  const first = codeOf(secret);
  await fails(auth.mfa.verify({ factorId, challengeId: challenge.id, code: otherThan(first) }), 'mfa_verification_failed', 422);
  const raised = await ok(auth.mfa.verify({ factorId, challengeId: challenge.id, code: first }));
  const claims = claimsOf(raised.access_token);
  assert.deepEqual([claims.aal, claims.session_id], ['aal2', claimsOf(plain.access_token).session_id]);
  assert.deepEqual(claims.amr.map(({ method }) => method), ['totp', 'password']);
  assert.deepEqual(await level(auth), ['aal2', 'aal2']);
  const { totp: known } = await ok(auth.mfa.listFactors());
  assert.deepEqual(known.map(({ id, friendly_name }) => [id, friendly_name]), [[factorId, 'Phone']]);
  // A challenge and a code are worth something once.
  await fails(auth.mfa.verify({ factorId, challengeId: challenge.id, code: codeOf(secret, 1) }), 'mfa_factor_not_found', 422);
  await fails(auth.mfa.challengeAndVerify({ factorId, code: first }), 'mfa_verification_failed', 422);

  // Signed in with the password alone.
  const weak = client();
  const { session: low } = await ok(weak.auth.signInWithPassword({ email, password: 'secret-1' }));
  assert.deepEqual(await level(weak.auth), ['aal1', 'aal2']);
  await ok(weak.from('Vault').insert({ id: 1 }));
  assert.deepEqual(await ok(weak.from('Vault').select()), []);
  await fails(weak.auth.updateUser({ password: 'secret-2' }), 'insufficient_aal', 401);
  await fails(weak.auth.updateUser({ email: address() }), 'insufficient_aal', 401);
  await ok(weak.auth.updateUser({ data: { seat: 1 } }));
  await fails(weak.auth.linkIdentity({ provider: 'google' }), 'insufficient_aal', 401);
  await fails(weak.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Mine' }), 'insufficient_aal', 403);
  await fails(weak.auth.mfa.unenroll({ factorId }), 'insufficient_aal', 422);
  const bystander = client();
  const left = await ok(bystander.auth.signInWithPassword({ email, password: 'secret-1' }));
  // Raised, which ends the sessions that aren't; rules see the level.
  const strong = await ok(weak.auth.mfa.challengeAndVerify({ factorId, code: codeOf(secret, 1) }));
  assert.equal(claimsOf(strong.access_token).aal, 'aal2');
  assert.deepEqual(await ok(weak.from('Vault').select()), [{ id: 1 }]);
  await fails(bystander.auth.refreshSession(left.session), 'refresh_token_not_found', 400);
  assert.equal(claimsOf((await ok(weak.auth.refreshSession())).session.access_token).aal, 'aal2');
  await ok(weak.auth.updateUser({ password: 'secret-3' }));

  if (!databaseUrl) {
    const bytes = ['data.db', 'data.db-wal'].map((file) => readFileSync(path.join(made, file), 'latin1')).join('');
    assert.ok(!bytes.includes(secret) && !bytes.includes(fromBase32(secret).toString('latin1')));
  }
  // Without the factor the session is what it was before.
  assert.equal((await ok(weak.auth.mfa.unenroll({ factorId }))).id, factorId);
  const lowered = claimsOf((await ok(weak.auth.refreshSession())).session.access_token);
  assert.deepEqual([lowered.aal, lowered.amr.map(({ method }) => method)], ['aal1', ['password']]);
  assert.deepEqual((await ok(weak.auth.mfa.listFactors())).all, []);
  // A refresh token from before the factor was never worth what came after it, however soon it comes.
  await fails(client().auth.refreshSession(low), 'refresh_token_already_used', 400);
}

async function limits(t, databaseUrl) {
  const { client, admin, call } = await start(t, { databaseUrl, models,
    auth: 'autoconfirm = true\nanonymous_users = true\nrate_burst = 200\n' });
  const ann = client();
  const { user } = await ok(ann.auth.signUp({ email: address(), password: 'secret-1' }));
  const made = [];
  for (let i = 0; i < 10; ++i) made.push(await ok(ann.auth.mfa.enroll({ factorType: 'totp', friendlyName: `f${i}` })));
  await fails(ann.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'f10' }), 'too_many_enrolled_mfa_factors', 422);
  await fails(ann.auth.mfa.enroll({ factorType: 'webauthn', friendlyName: 'key' }), 'mfa_webauthn_enroll_not_enabled', 422);

  // Five misses close a factor for a while, also to the right code, and no other.
  const [{ id: factorId, totp: { secret } }, second] = made;
  const challengeId = (await ok(ann.auth.mfa.challenge({ factorId }))).id;
  const attempt = (code) => ann.auth.mfa.verify({ factorId, challengeId, code });
  for (let i = 0; i < 5; ++i) await fails(attempt(otherThan(codeOf(secret))), 'mfa_verification_failed', 422);
  await fails(attempt(codeOf(secret)), 'over_request_rate_limit', 429);
  // Of many at once with one code, one gets in.
  const { session } = (await ann.auth.getSession()).data;
  const headers = { Authorization: `Bearer ${session.access_token}` };
  const asked = await call(`/factors/${second.id}/challenge`, {}, headers);
  const code = codeOf(second.totp.secret);
  const racers = await Promise.all(Array.from({ length: 4 }, () =>
    call(`/factors/${second.id}/verify`, { challenge_id: asked.body.id, code }, headers)));
  assert.equal(racers.filter(({ status }) => status === 200).length, 1, JSON.stringify(racers.map(({ body }) => body)));
  const [winner] = racers.filter(({ status }) => status === 200);
  // What was begun and never shown went.
  assert.deepEqual(winner.body.user.factors.map(({ id, status }) => [id, status]), [[second.id, 'verified']]);

  // Factors of others are nobody's.
  const bob = client();
  await ok(bob.auth.signUp({ email: address(), password: 'secret-1' }));
  await fails(bob.auth.mfa.challenge({ factorId: second.id }), 'mfa_factor_not_found', 404);
  await fails(bob.auth.mfa.unenroll({ factorId: second.id }), 'mfa_factor_not_found', 404);
  const guest = client();
  await ok(guest.auth.signInAnonymously());
  await fails(guest.auth.mfa.enroll({ factorType: 'totp' }), 'no_authorization', 403);
  assert.equal((await call('/factors', { factor_type: 'totp' })).status, 401);
  const codes = await call('/factors/recovery-codes', undefined, headers);
  assert.equal(codes.body.code, 'mfa_recovery_codes_enroll_not_enabled');

  const { factors } = await ok(admin.mfa.listFactors({ userId: user.id }));
  assert.deepEqual(factors.map(({ id, factor_type }) => [id, factor_type]), [[second.id, 'totp']]);
  assert.equal((await ok(admin.mfa.deleteFactor({ userId: user.id, id: second.id }))).data.id, second.id);
  assert.deepEqual((await ok(admin.mfa.listFactors({ userId: user.id }))).factors, []);
  const { session: lowered } = await ok(ann.auth.refreshSession({ refresh_token: winner.body.refresh_token }));
  assert.equal(claimsOf(lowered.access_token).aal, 'aal1');
}

onBoth('factors', { totp, limits });
