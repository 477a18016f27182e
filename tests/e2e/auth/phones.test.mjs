// Phones by @supabase/supabase-js: codes that leave by the hook "send-sms", whose endpoint is this test's and looks at the signatures.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { run } from '../cli/support.mjs';
import { address, claimsOf, fails, ok, onBoth, start } from './support.mjs';

let numbers = 15_550_000;
const number = () => String(++numbers);
const otherThan = (code) => (code === '000000' ? '000001' : '000000');

// A gateway: {settings, messages, next(), refusals: how many to put off}. A request whose signature is wrong fails the test.
async function gateway(t) {
  const key = randomBytes(32);
  const state = { messages: [], seen: 0, refusals: 0, tries: [], problems: [], waiting: [] };
  const server = http.createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces).toString();
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
    const expected = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
    if (signature !== `v1,${expected}` || Math.abs(Date.now() / 1000 - at) > 60 || request.method !== 'POST'
      || request.headers['content-type'] !== 'application/json') state.problems.push(signature);
    state.tries.push(id);
    const puts = state.refusals > 0;
    if (puts) state.refusals -= 1;
    else state.messages.push(JSON.parse(body));
    response.writeHead(puts ? 503 : 204).end();
    for (const wake of state.waiting.splice(0)) wake();
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => {
    server.close();
    assert.deepEqual(state.problems, []);
  });
  state.next = async () => {
    while (state.messages.length <= state.seen) await new Promise((resolve) => { state.waiting.push(resolve); });
    return state.messages[state.seen++];
  };
  state.settings = `phones = true\nsms_hook_url = "http://127.0.0.1:${server.address().port}/send"\n`
    + `sms_hook_secret = "v1,whsec_${key.toString('base64')}"\nrate_burst = 500\nsms_per_hour = 1000\n`;
  return state;
}

async function signingUp(t, databaseUrl) {
  const sms = await gateway(t);
  const { client, call, made, server } = await start(t, { databaseUrl, auth: `${sms.settings}sms_interval = "0s"\n` });
  const { auth } = client();
  const settings = (await call('/settings')).body;
  assert.deepEqual([settings.external.phone, settings.phone_autoconfirm, settings.sms_provider], [true, false, 'hook']);
  const phone = number();
  const spaced = `+${phone.slice(0, 4)} ${phone.slice(4)}`;
  const up = await ok(auth.signUp({ phone: spaced, password: 'secret-1', options: { data: { nick: 'Ann' } } }));
  assert.deepEqual([up.session, up.user.phone, up.user.email, up.user.phone_confirmed_at, up.user.is_anonymous],
    [null, phone, '', undefined, false]);
  assert.deepEqual(up.user.app_metadata, { provider: 'phone', providers: ['phone'] });
  assert.deepEqual([up.user.identities[0].provider, up.user.identities[0].identity_data.phone, up.user.user_metadata.nick],
    ['phone', phone, 'Ann']);
  const first = await sms.next();
  assert.deepEqual([first.metadata.name, first.sms.phone, first.sms.channel, first.sms.text, first.user.id, first.user.phone],
    ['send-sms', phone, 'sms', `Your code is ${first.sms.otp}`, up.user.id, phone]);
  assert.match(first.sms.otp, /^\d{6}$/);
  assert.equal(JSON.stringify(first).includes('argon2'), false);

  await fails(auth.signInWithPassword({ phone, password: 'secret-1' }), 'phone_not_confirmed', 400);
  await fails(auth.signInWithPassword({ phone, password: 'wrong-1' }), 'invalid_credentials', 400);
  await fails(auth.verifyOtp({ phone, token: otherThan(first.sms.otp), type: 'sms' }), 'otp_expired', 403);
  // Of a phone's code there is no link, and it is none of a mail's.
  assert.equal((await call('/verify', { phone, token: first.sms.otp, type: 'signup' })).status, 400);
  assert.equal((await call('/verify', { token_hash: 'x', type: 'sms' })).status, 400);
  const entered = await ok(auth.verifyOtp({ phone: `+${phone}`, token: first.sms.otp, type: 'sms' }));
  const claims = claimsOf(entered.session.access_token);
  assert.deepEqual([claims.phone, claims.email, claims.amr[0].method, claims.aal], [phone, '', 'otp', 'aal1']);
  assert.deepEqual([entered.user.user_metadata.phone_verified, entered.user.identities[0].identity_data.phone_verified], [true, true]);
  assert.ok(entered.user.phone_confirmed_at && entered.user.confirmed_at);
  await fails(client().auth.verifyOtp({ phone, token: first.sms.otp, type: 'sms' }), 'otp_expired', 403);
  const inside = await ok(client().auth.signInWithPassword({ phone, password: 'secret-1' }));
  assert.equal(claimsOf(inside.session.access_token).amr[0].method, 'password');

  // Whoever signs up with a number that somebody has sees nobody, and nothing is sent.
  const again = await ok(client().auth.signUp({ phone, password: 'secret-2' }));
  assert.deepEqual([again.user.identities, again.session, again.user.id === up.user.id], [[], null, false]);
  await fails(client().auth.signInWithPassword({ phone, password: 'secret-2' }), 'invalid_credentials', 400);
  for (const bad of ['0151234', '1', '12a4', '1234567890123456', '49-151'])
    await fails(client().auth.signUp({ phone: bad, password: 'secret-1' }), 'validation_failed', 400);
  assert.equal((await call('/signup', { phone: number(), password: 'secret-1', channel: 'pigeon' })).status, 400);
  assert.equal((await call('/signup', { phone: number(), email: address(), password: 'secret-1' })).status, 400);

  // Who chose a password for a number of somebody else gets nothing by what its owner does.
  const victim = number();
  await ok(client().auth.signUp({ phone: victim, password: 'theirs-1' }));
  await sms.next();
  await ok(client().auth.signInWithOtp({ phone: victim }));
  await ok(client().auth.verifyOtp({ phone: victim, token: (await sms.next()).sms.otp, type: 'sms' }));
  await fails(client().auth.signInWithPassword({ phone: victim, password: 'theirs-1' }), 'invalid_credentials', 400);
  const resent = number();
  await ok(client().auth.signUp({ phone: resent, password: 'first-11' }));
  await sms.next();
  await ok(client().auth.resend({ type: 'sms', phone: resent }));
  await ok(client().auth.verifyOtp({ phone: resent, token: (await sms.next()).sms.otp, type: 'sms' }));
  await ok(client().auth.signInWithPassword({ phone: resent, password: 'first-11' }));

  // Five wrong tries kill a code.
  const tried = number();
  await ok(client().auth.signInWithOtp({ phone: tried }));
  const { otp } = (await sms.next()).sms;
  for (let i = 0; i < 5; ++i) await fails(client().auth.verifyOtp({ phone: tried, token: otherThan(otp), type: 'sms' }), 'otp_expired');
  await fails(client().auth.verifyOtp({ phone: tried, token: otp, type: 'sms' }), 'otp_expired', 403);

  assert.equal(sms.messages.length, sms.seen);
  assert.ok(!server.child.log.includes(phone) && !server.child.log.includes(first.sms.otp));
  if (databaseUrl) return;
  const files = ['data.db', 'data.db-wal'].map((file) => readFileSync(path.join(made, file), 'latin1')).join('');
  assert.ok(files.includes(phone) && !files.includes(otp));
}

async function codes(t, databaseUrl) {
  const sms = await gateway(t);
  const { client, admin, call, server } = await start(t, { databaseUrl, auth: `${sms.settings}sms_interval = "0s"\n`
    + 'reauthenticate_after = "1h"\nmanual_linking = true\nsms_template = "{{ .Code }} opens the shop"\n' });
  const phone = number();
  const { auth } = client();
  // An unknown number gets the same answer to everything that makes no user.
  await fails(auth.signInWithOtp({ phone, options: { shouldCreateUser: false } }), 'otp_disabled', 422);
  const unknown = await call('/resend', { type: 'sms', phone });
  assert.deepEqual([unknown.status, Object.keys(unknown.body)], [200, ['message_id']]);
  await fails(auth.verifyOtp({ phone, token: '123456', type: 'sms' }), 'otp_expired', 403);

  // A gateway that is down: the answer doesn't wait, the message comes later, under the same id.
  sms.refusals = 2;
  const asked = await ok(auth.signInWithOtp({ phone, options: { channel: 'whatsapp', data: { a: 1 } } }));
  const late = await sms.next();
  assert.deepEqual([late.sms.channel, late.sms.text, late.metadata.uuid],
    ['whatsapp', `${late.sms.otp} opens the shop`, asked.messageId]);
  assert.deepEqual(sms.tries, Array(3).fill(asked.messageId));
  await server.saw('to be tried again');
  const entered = await ok(auth.verifyOtp({ phone, token: late.sms.otp, type: 'sms' }));
  await ok(client().auth.signInWithOtp({ phone, options: { shouldCreateUser: false } }));
  await ok(client().auth.verifyOtp({ phone, token: (await sms.next()).sms.otp, type: 'sms' }));

  // Another number: by a code to it.
  const taken = number();
  await ok(admin.createUser({ phone: taken, phone_confirm: true }));
  await fails(auth.updateUser({ phone: taken }), 'phone_exists', 422);
  const moved = number();
  const pending = await ok(auth.updateUser({ phone: `+${moved}` }));
  assert.deepEqual([pending.user.phone, pending.user.new_phone], [phone, moved]);
  assert.ok(pending.user.phone_change_sent_at);
  const lost = await sms.next();
  assert.equal(lost.sms.phone, moved);
  await ok(client().auth.resend({ type: 'phone_change', phone: moved }));
  const change = await sms.next();
  if (lost.sms.otp !== change.sms.otp)
    await fails(client().auth.verifyOtp({ phone: moved, token: lost.sms.otp, type: 'phone_change' }), 'otp_expired', 403);
  const done = await ok(client().auth.verifyOtp({ phone: moved, token: change.sms.otp, type: 'phone_change' }));
  assert.deepEqual([done.user.id, done.user.phone, done.user.new_phone, done.user.identities[0].identity_data.phone],
    [entered.user.id, moved, undefined, moved]);
  await fails(client().auth.signInWithOtp({ phone, options: { shouldCreateUser: false } }), 'otp_disabled', 422);

  // Operators: at once, and each number once.
  const both = await ok(admin.createUser({ email: address(), phone: number(), password: 'secret-1',
    email_confirm: true, phone_confirm: true }));
  assert.deepEqual(both.user.app_metadata.providers.toSorted(), ['email', 'phone']);
  assert.deepEqual([Boolean(both.user.phone_confirmed_at), both.user.identities.length], [true, 2]);
  await ok(client().auth.signInWithPassword({ phone: both.user.phone, password: 'secret-1' }));
  await ok(client().auth.signInWithPassword({ email: both.user.email, password: 'secret-1' }));
  await fails(admin.createUser({ phone: moved }), 'phone_exists', 422);
  await fails(admin.updateUserById(both.user.id, { phone: moved }), 'phone_exists', 422);
  const fresh = number();
  assert.equal((await ok(admin.updateUserById(both.user.id, { phone: fresh }))).user.phone, fresh);
  const { auth: owner } = client();
  await ok(owner.signInWithPassword({ phone: fresh, password: 'secret-1' }));
  const identity = (await ok(owner.getUserIdentities())).identities.find(({ provider }) => provider === 'phone');
  await ok(owner.unlinkIdentity(identity));
  const { user: left } = await ok(owner.getUser());
  assert.deepEqual([left.phone, left.app_metadata.providers], ['', ['email']]);
  await fails(client().auth.signInWithPassword({ phone: fresh, password: 'secret-1' }), 'invalid_credentials', 400);

  // A stranger learns nothing of whom a number or an address was given to, and takes no password away.
  const half = { email: address(), phone: number(), password: 'secret-1' };
  await ok(admin.createUser({ ...half, email_confirm: true }));
  const seen = await ok(client().auth.signUp({ phone: half.phone, password: 'secret-2' }));
  assert.deepEqual([seen.user.email, seen.user.identities], ['', []]);
  await sms.next();
  await ok(client().auth.signInWithPassword({ email: half.email, password: 'secret-1' }));

  // Who has no address is asked by phone.
  const { auth: plain } = client();
  const { user } = await ok(admin.createUser({ phone: number(), phone_confirm: true, password: 'secret-1' }));
  await ok(plain.signInWithPassword({ phone: user.phone, password: 'secret-1' }));
  await ok(plain.reauthenticate());
  const nonce = await sms.next();
  assert.equal(nonce.sms.phone, user.phone);
  await fails(client().auth.verifyOtp({ phone: user.phone, token: nonce.sms.otp, type: 'sms' }), 'otp_expired', 403);
  await ok(admin.deleteUser(user.id, true));
  await ok(admin.createUser({ phone: user.phone }));
  assert.equal(sms.messages.length, sms.seen);
}

const level = async (auth) => (await ok(auth.mfa.getAuthenticatorAssuranceLevel())).currentLevel;

async function factors(t, databaseUrl) {
  const sms = await gateway(t);
  const { client, call, admin } = await start(t, { databaseUrl,
    auth: `${sms.settings}phone_factors = true\nautoconfirm = true\nsms_interval = "0s"\n` });
  const email = address();
  const phone = number();
  const { auth } = client();
  const { session } = await ok(auth.signUp({ email, password: 'secret-1' }));
  await fails(auth.mfa.enroll({ factorType: 'phone', phone: 'x' }), 'validation_failed', 400);
  const enrolled = await ok(auth.mfa.enroll({ factorType: 'phone', friendlyName: 'Mine', phone: `+${phone}` }));
  assert.deepEqual([enrolled.type, enrolled.phone, enrolled.totp], ['phone', phone, undefined]);
  const bearer = { Authorization: `Bearer ${session.access_token}` };
  assert.equal((await call(`/factors/${enrolled.id}/challenge`, { channel: 'pigeon' }, bearer)).status, 400);
  const challenge = await ok(auth.mfa.challenge({ factorId: enrolled.id, channel: 'whatsapp' }));
  const message = await sms.next();
  assert.deepEqual([message.sms.phone, message.sms.sms_type, message.sms.channel, challenge.type], [phone, 'mfa', 'whatsapp', 'phone']);
  const code = message.sms.otp;
  const given = { factorId: enrolled.id, challengeId: challenge.id };
  await fails(auth.mfa.verify({ ...given, code: otherThan(code) }), 'mfa_verification_failed', 422);
  // It is no way in.
  await fails(client().auth.verifyOtp({ phone, token: code, type: 'sms' }), 'otp_expired', 403);
  // Of a code that is given twice at once one is taken.
  const racers = await Promise.all([1, 2, 3].map(() =>
    call(`/factors/${enrolled.id}/verify`, { challenge_id: challenge.id, code }, bearer)));
  const winners = racers.filter(({ status }) => status === 200);
  assert.equal(winners.length, 1, JSON.stringify(racers.map(({ body }) => body.code)));
  const raised = claimsOf(winners[0].body.access_token);
  assert.deepEqual([raised.aal, raised.amr[0].method, raised.session_id], ['aal2', 'mfa/phone', claimsOf(session.access_token).session_id]);
  assert.deepEqual(winners[0].body.user.factors.map((factor) => [factor.status, factor.factor_type, factor.phone]),
    [['verified', 'phone', phone]]);

  const { auth: later } = client();
  await ok(later.signInWithPassword({ email, password: 'secret-1' }));
  assert.equal(await level(later), 'aal1');
  const second = await ok(later.mfa.challenge({ factorId: enrolled.id }));
  const next = (await sms.next()).sms.otp;
  const wrong = { factorId: enrolled.id, challengeId: second.id, code: otherThan(next) };
  await fails(later.mfa.verify({ ...wrong }), 'mfa_verification_failed', 422);
  await ok(later.mfa.verify({ ...wrong, code: next }));
  assert.equal(await level(later), 'aal2');
  await fails(later.mfa.enroll({ factorType: 'phone', friendlyName: 'Again', phone }), 'mfa_verified_factor_exists', 422);
  const { user } = await ok(later.getUser());
  assert.equal((await ok(admin.getUserById(user.id))).user.factors[0].phone, phone);
  await ok(later.mfa.unenroll({ factorId: enrolled.id }));
  await ok(later.refreshSession());
  assert.equal(await level(later), 'aal1');
}

onBoth('phones', { signingUp, codes, factors });

test('limits: one message in a while to a number, so many in an hour, and codes get old', async (t) => {
  const sms = await gateway(t);
  const settings = sms.settings.replace('sms_per_hour = 1000', 'sms_per_hour = 3');
  const { client } = await start(t, { auth: `${settings}sms_test_codes = ["+1 555 0100=424242"]\nsms_code_lifetime = "0s"\n` });
  const { auth } = client();
  const phone = number();
  await ok(auth.signInWithOtp({ phone }));
  const { otp } = (await sms.next()).sms;
  await fails(auth.verifyOtp({ phone, token: otp, type: 'sms' }), 'otp_expired', 403);
  await fails(auth.signInWithOtp({ phone }), 'over_sms_send_rate_limit', 429);
  await fails(auth.resend({ type: 'sms', phone }), 'over_sms_send_rate_limit', 429);
  await ok(auth.signInWithOtp({ phone: number() }));
  await ok(auth.signInWithOtp({ phone: number() }));
  await fails(auth.signInWithOtp({ phone: number() }), 'over_sms_send_rate_limit', 429);
  // Nothing is sent to a number of a test, and nothing counted.
  assert.equal((await ok(auth.signInWithOtp({ phone: '15550100' }))).messageId, 'test-otp');
});

test('numbers for tests, the box of trivet dev, and what is off or wrong', async (t) => {
  const { client } = await start(t, { auth: 'phones = true\nsms_test_codes = ["+1 555 0100=424242"]\n' });
  const { auth } = client();
  assert.equal((await ok(auth.signInWithOtp({ phone: '+1 555 0100' }))).messageId, 'test-otp');
  await fails(auth.verifyOtp({ phone: '15550100', token: '424243', type: 'sms' }), 'otp_expired', 403);
  assert.equal((await ok(auth.verifyOtp({ phone: '15550100', token: '424242', type: 'sms' }))).user.phone, '15550100');
  await fails(client().auth.signInWithOtp({ phone: number() }), 'phone_provider_disabled', 400);  // nobody sends it

  const box = await start(t, { command: 'dev', auth: 'phones = true\n' });
  const phone = number();
  await ok(box.client().auth.signInWithOtp({ phone }));
  const [mail] = await box.mails();
  assert.deepEqual([mail.kind, mail.to, mail.subject], ['sms', phone, `Your code is ${mail.code}`]);
  await ok(box.client().auth.verifyOtp({ phone, token: mail.code, type: 'sms' }));

  const off = await start(t, { auth: 'phone_autoconfirm = true\n' });
  for (const attempt of [(a) => a.signUp({ phone, password: 'secret-1' }), (a) => a.signInWithPassword({ phone, password: 'secret-1' }),
    (a) => a.signInWithOtp({ phone }), (a) => a.verifyOtp({ phone, token: '123456', type: 'sms' }),
    (a) => a.resend({ type: 'sms', phone })])
    await fails(attempt(off.client().auth), 'phone_provider_disabled', 400);
  const refused = (...settings) => {
    const done = run(['serve', off.made, '--listen', '127.0.0.1:0', ...settings.flatMap((word) => ['--set', word])]);
    assert.equal(done.status, 1, done.stderr);
    return done.stderr;
  };
  assert.match(refused('auth.sms_hook_url=http://a.example'), /auth\.sms_hook_url/);
  assert.match(refused('auth.sms_hook_url=https://a.example', 'auth.sms_hook_secret=hunter2'), /auth\.sms_hook_secret(?![^]*hunter2)/);
  assert.match(refused('auth.sms_template=no place'), /auth\.sms_template/);
  assert.match(refused('auth.sms_test_codes=x=1'), /auth\.sms_test_codes/);

  const at = await start(t, { auth: 'phones = true\nphone_autoconfirm = true\nanonymous_users = true\n' });
  const guest = at.client().auth;
  const { session } = await ok(guest.signInAnonymously());
  const named = await ok(guest.updateUser({ phone, password: 'secret-1' }));
  assert.deepEqual([named.user.id, named.user.phone, named.user.is_anonymous, named.user.app_metadata.provider],
    [session.user.id, phone, false, 'phone']);
  await ok(at.client().auth.signInWithPassword({ phone, password: 'secret-1' }));
  await fails(at.client().auth.signUp({ phone, password: 'secret-1' }), 'user_already_exists', 422);
  assert.ok((await ok(at.client().auth.signUp({ phone: number(), password: 'secret-1' }))).session);
});
