// The PKCE flow of @supabase/supabase-js: links lead back with a code, which is a session only to the client that
// asked for the link.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { address, claimsOf, fails, ok, onBoth, start } from './support.mjs';

// A client that keeps verifiers, as a browser does.
const kept = () => {
  const values = new Map();
  return { auth: { flowType: 'pkce', persistSession: true, autoRefreshToken: false, detectSessionInUrl: false,
    storage: { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => { values.set(key, value); },
      removeItem: (key) => { values.delete(key); } } } };
};
const codeOf = (location) => new URL(location).searchParams.get('code');
const site = 'https://app.example';

async function links(t, databaseUrl) {
  const { client, call, follow, keys, mails: box } = await start(t, { databaseUrl, command: 'dev',
    auth: `site_url = "${site}"\nrate_burst = 200\n` });
  const pkce = () => client(keys.publishable_key, kept());
  const newest = async () => (await box())[0];
  const email = address();

  const joining = pkce();
  await ok(joining.auth.signUp({ email, password: 'secret-1', options: { emailRedirectTo: `${site}/in?a=1` } }));
  const up = await newest();
  assert.match(new URL(up.link).searchParams.get('token'), /^pkce_/);
  const landed = await follow(up.link);
  assert.match(landed, /^https:\/\/app\.example\/in\?a=1(&sb_flow_id=[^&]+)?&code=[0-9a-f-]{36}$/);
  // Worth nothing to whoever else sees it, and only once.
  const stranger = { auth_code: codeOf(landed), code_verifier: randomBytes(32).toString('base64url') };
  const signed = await ok(joining.auth.exchangeCodeForSession(codeOf(landed)));
  assert.equal(signed.user.email, email);
  assert.ok(signed.user.email_confirmed_at);
  assert.equal(claimsOf(signed.session.access_token).amr[0].method, 'email/signup');
  assert.deepEqual((await call('/token?grant_type=pkce', stranger)).body.code, 'flow_state_not_found');
  await ok(joining.auth.getUser());

  const magic = pkce();
  await ok(magic.auth.signInWithOtp({ email }));
  const code = codeOf(await follow((await newest()).link));
  const magician = await ok(magic.auth.exchangeCodeForSession(code));
  assert.equal(claimsOf(magician.session.access_token).amr[0].method, 'magiclink');
  assert.equal(magician.user.id, signed.user.id);

  // A wrong verifier ends the code.
  const robbed = pkce();
  await ok(robbed.auth.signInWithOtp({ email }));
  const stolen = codeOf(await follow((await newest()).link));
  const wrong = await call('/token?grant_type=pkce', { ...stranger, auth_code: stolen });
  assert.deepEqual([wrong.status, wrong.body.code], [400, 'bad_code_verifier']);
  await fails(robbed.auth.exchangeCodeForSession(stolen), 'flow_state_not_found', 404);

  const forgetful = pkce();
  const events = [];
  forgetful.auth.onAuthStateChange((event) => events.push(event));
  await ok(forgetful.auth.resetPasswordForEmail(email, { redirectTo: `${site}/reset` }));
  const recovery = await newest();
  const reset = await follow(recovery.link);
  await ok(forgetful.auth.exchangeCodeForSession(codeOf(reset)));
  assert.ok(events.includes('PASSWORD_RECOVERY'), events.join());
  await ok(forgetful.auth.updateUser({ password: 'secret-2' }));
  await ok(client().auth.signInWithPassword({ email, password: 'secret-2' }));
  // A used link tells in both places, since nobody knows which one the application reads.
  const refusal = 'error=access_denied&error_code=otp_expired&';
  assert.match(await follow(recovery.link), new RegExp(`^https://app.example/reset\\?[^#]*${refusal}[^#]*#${refusal}.*&sb=$`));

  // The code of a mail is a session at once, whichever flow asked for it.
  const typing = pkce();
  await ok(typing.auth.signInWithOtp({ email }));
  const typed = await ok(typing.auth.verifyOtp({ email, token: (await newest()).code, type: 'email' }));
  assert.equal(claimsOf(typed.session.access_token).amr[0].method, 'otp');

  // A new address, confirmed by both: the first leads back with a message, the second with a code.
  const moving = pkce();
  await ok(moving.auth.signInWithPassword({ email, password: 'secret-2' }));
  const moved = address();
  await ok(moving.auth.updateUser({ email: moved }));
  const [fresh, old] = await box();
  assert.match(await follow(old.link), /^https:\/\/app\.example\?(sb_flow_id=[^&]+&)?message=Confirmation\+link/);
  const last = await ok(moving.auth.exchangeCodeForSession(codeOf(await follow(fresh.link))));
  assert.deepEqual([last.user.email, claimsOf(last.session.access_token).amr[0].method], [moved, 'email_change']);
}

async function pairs(t, databaseUrl) {
  const { call } = await start(t, { databaseUrl, auth: 'autoconfirm = true\n' });
  const verifier = randomBytes(32).toString('base64url');
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const status = async (route, body) => {
    const answer = await call(route, body);
    return [answer.status, answer.body.code];
  };
  const up = (pair) => status('/signup', { email: address(), password: 'secret-1', ...pair });
  assert.deepEqual(await up({ code_challenge }), [400, 'validation_failed']);
  assert.deepEqual(await up({ code_challenge_method: 's256' }), [400, 'validation_failed']);
  assert.deepEqual(await up({ code_challenge: 'short', code_challenge_method: 's256' }), [400, 'validation_failed']);
  assert.deepEqual(await up({ code_challenge, code_challenge_method: 'md5' }), [400, 'validation_failed']);
  // Nothing to confirm: a session at once.
  assert.deepEqual(await up({ code_challenge, code_challenge_method: 's256' }), [200, undefined]);
  const exchange = (body) => status('/token?grant_type=pkce', body);
  assert.deepEqual(await exchange({}), [400, 'validation_failed']);
  assert.deepEqual(await exchange({ auth_code: '0189f7a4-7c3f-4a8e-9a52-6f2b4c1d0e3f', code_verifier: verifier }),
    [404, 'flow_state_not_found']);
}

onBoth('PKCE', { links, pairs });
