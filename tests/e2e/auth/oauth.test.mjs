// Signing in elsewhere: whole journeys of a browser between @supabase/supabase-js, the real binary and real providers.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { address, claimsOf, fails, ok, onBoth, start } from './support.mjs';
import { browser, client as known, external, halfHash, hub, liar, openid } from './openid.mjs';

const site = 'https://app.example';
const settings = (providers, more = '') => `site_url = "${site}"
external_url = "${external}"
redirect_urls = ["https://app.example/**"]
rate_burst = 300
${more}
${Object.entries(providers).map(([name, lines]) => `[auth.providers.${name}]\n${lines}`).join('\n')}`;
const at = (op) => `issuer = "${op.url}"\nclient_id = "${known.id}"\nclient_secret = "${known.secret}"\nplain_http = true\n`;

const kept = () => {
  const values = new Map();
  return { auth: { flowType: 'pkce', persistSession: true, autoRefreshToken: false, detectSessionInUrl: false,
    storage: { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => { values.set(key, value); },
      removeItem: (key) => { values.delete(key); } } } };
};
const outside = (url) => url.replace(/^http:\/\/127\.0\.0\.1:\d+\/auth\/v1/, `${external}/auth/v1`);
const fragment = (url) => new URLSearchParams(new URL(url).hash.slice(1));
const query = (url) => new URL(url).searchParams;
const leave = async (client, provider, options = {}) => {
  const { url } = await ok(client.auth.signInWithOAuth({ provider, options: { skipBrowserRedirect: true, ...options } }));
  return outside(url);
};

async function openidConnect(t, databaseUrl) {
  const people = { ann: { email: 'Ann@Elsewhere.example', email_verified: true, name: 'Ann', picture: 'https://p.example/a.png' },
    bob: { email: 'bob@elsewhere.example', email_verified: false } };
  const op = await openid(t, people);
  const { client, keys, server, call } = await start(t, { databaseUrl, auth: settings({ acme: at(op) }) });

  // The implicit flow: a session in the fragment.
  op.visitor = 'ann';
  const firefox = browser(server);
  const landed = await firefox.go(await leave(client(), 'acme',
    { redirectTo: `${site}/in?x=1`, queryParams: { prompt: 'login' } }));
  assert.match(landed, /^https:\/\/app\.example\/in\?x=1(&sb_flow_id=[^#]*)?#access_token=/);
  assert.match(firefox.cookies.get('api.example').keys().next().value, /^__Host-/);
  const tokens = fragment(landed);
  assert.ok(tokens.get('provider_token') && tokens.has('sb') && !tokens.has('type'));
  const inside = client();
  const given = { access_token: tokens.get('access_token'), refresh_token: tokens.get('refresh_token') };
  const { user } = await ok(inside.auth.setSession(given));
  assert.deepEqual([user.email, user.app_metadata, user.user_metadata.full_name, user.user_metadata.avatar_url, user.is_anonymous],
    ['ann@elsewhere.example', { provider: 'acme', providers: ['acme'] }, 'Ann', people.ann.picture, false]);
  assert.ok(user.email_confirmed_at);
  assert.deepEqual(user.identities.map(({ provider, id, email }) => [provider, id, email]), [['acme', 'ann', 'ann@elsewhere.example']]);
  const claims = claimsOf(tokens.get('access_token'));
  assert.deepEqual([claims.aal, claims.amr[0].method, claims.sub], ['aal1', 'oauth', user.id]);
  const left = firefox.hops.find((hop) => hop.startsWith(`${op.url}/auth?`));
  assert.deepEqual([query(left).get('code_challenge_method'), query(left).get('prompt'), query(left).has('redirect_to')],
    ['S256', 'login', false]);

  // PKCE, in another browser: the same person, whose name is another today.
  people.ann.name = 'Ann B.';
  const phone = client(keys.publishable_key, kept());
  const chrome = browser(server);
  const back = await chrome.go(await leave(phone, 'acme', { redirectTo: `${site}/cb` }));
  const { session } = await ok(phone.auth.exchangeCodeForSession(query(back).get('code')));
  assert.deepEqual([session.user.id, session.user.user_metadata.name], [user.id, 'Ann B.']);
  assert.ok(session.provider_token);

  // What came back counts once, in the browser that left, and from the provider that it left for.
  const refusal = (url) => [new URL(url).origin, query(url).get('error_code'), fragment(url).get('error_code')];
  const isCallback = (url) => url.pathname === '/auth/v1/callback';
  const again = await chrome.go(chrome.hops.find((hop) => isCallback(new URL(hop))));
  assert.deepEqual(refusal(again), [site, 'bad_oauth_state', 'bad_oauth_state']);
  const arrive = async (from = chrome) => new URL(await from.go(await leave(client(), 'acme', { redirectTo: `${site}/in` }), isCallback));
  const stolen = await arrive();
  assert.deepEqual(refusal(await browser(server).go(stolen.href)), [site, 'bad_oauth_state', 'bad_oauth_state']);
  const mixed = await arrive();
  assert.equal(mixed.searchParams.get('iss'), op.url);
  mixed.searchParams.set('iss', 'https://evil.example');
  assert.deepEqual(refusal(await chrome.go(mixed.href)), [site, 'bad_oauth_callback', 'bad_oauth_callback']);
  const nameless = await arrive();
  nameless.searchParams.delete('iss');
  assert.deepEqual(refusal(await chrome.go(nameless.href)), [site, 'bad_oauth_callback', 'bad_oauth_callback']);
  const used = query(chrome.hops.find((hop) => isCallback(new URL(hop)))).get('code');
  const replayed = await arrive();
  replayed.searchParams.set('code', used);
  assert.equal(query(await chrome.go(replayed.href)).get('error'), 'server_error');
  const unknown = new URL(replayed);
  unknown.searchParams.set('state', 'x');
  assert.deepEqual(refusal(await chrome.go(unknown.href)), [site, 'bad_oauth_state', 'bad_oauth_state']);

  // Somebody who thinks better of it; somebody whose address nobody saw.
  op.visitor = null;
  const cancelled = await browser(server).go(await leave(client(), 'acme', { redirectTo: `${site}/in` }));
  assert.deepEqual([query(cancelled).get('error'), query(cancelled).get('error_description')], ['access_denied', 'Not today']);
  op.visitor = 'bob';
  assert.deepEqual(refusal(await browser(server).go(await leave(client(), 'acme'))),
    [site, 'provider_email_needs_verification', 'provider_email_needs_verification']);
  people.bob.email_verified = true;
  const bob = fragment(await browser(server).go(await leave(client(), 'acme', { redirectTo: 'https://evil.example/' })));
  assert.notEqual(claimsOf(bob.get('access_token')).sub, user.id);

  assert.deepEqual((await call('/authorize?provider=google')).body.code, 'provider_disabled');
  assert.deepEqual((await call('/authorize?provider=acme&code_challenge=x')).body.code, 'validation_failed');
}

// An ID token, in the whole flow and handed in by an application.
async function idTokens(t, databaseUrl) {
  const op = await liar(t);
  const lines = `${at(op)}client_ids = ["mobile"]\n`;
  const { client, server, call } = await start(t, { databaseUrl,
    auth: settings({ liar: lines }, 'manual_linking = true\nautoconfirm = true') });
  const attempt = async (change) => {
    op.change = change;
    const landed = await browser(server).go(await leave(client(), 'liar'));
    return fragment(landed).get('error_description') ?? claimsOf(fragment(landed).get('access_token')).email;
  };
  const later = Math.floor(Date.now() / 1000);
  const lies = {
    'unacceptable issuer': (claims) => { claims.iss = 'https://evil.example'; },
    'unacceptable audience': (claims) => { claims.aud = 'somebody'; },
    'nonces mismatch': (claims) => { claims.nonce = 'another'; },
    'JWT expired': (claims) => { claims.exp = later - 100; },
    'unacceptable signature': (_, options) => { options.key = op.otherKey; },
    'unacceptable type or algorithm': (_, options) => { options.header = { alg: 'HS256' }; },
    'at_hash mismatch': (claims) => { claims.at_hash = halfHash('another'); },
  };
  for (const [text, change] of Object.entries(lies)) assert.equal(await attempt(change), `Bad ID token: ${text}`);
  assert.equal(await attempt((claims) => { claims.at_hash = halfHash('at'); }), 'someone@elsewhere.example');
  assert.deepEqual([op.redeemed.get('client_secret'), op.redeemed.get('grant_type')], [known.secret, 'authorization_code']);

  const hand = (claims, more = {}, options = {}) =>
    client().auth.signInWithIdToken({ provider: 'liar', token: op.idToken(claims, options), ...more });
  const refused = async (answer, text) => assert.equal((await answer).error?.message, `Bad ID token: ${text}`);
  const { user } = await ok(hand({}));
  assert.equal((await ok(hand({ aud: 'mobile' }))).user.id, user.id);
  await refused(hand({ aud: 'somebody' }), 'unacceptable audience');
  await refused(hand({ aud: [known.id, 'somebody'] }), 'unacceptable audience');
  await ok(hand({ aud: [known.id, 'somebody'], azp: known.id }));
  await refused(hand({ iss: 'https://evil.example' }), 'unacceptable issuer');
  await refused(hand({ exp: later - 100 }), 'JWT expired');
  await refused(hand({ iat: later - 90_000, exp: later + 90_000 }), 'it is of another day');
  await refused(hand({}, {}, { key: op.otherKey }), 'unacceptable signature');
  await refused(hand({}, {}, { header: { typ: 'at+jwt' } }), 'unacceptable type or algorithm');
  // A nonce in both or in neither; in the token as its hash.
  const nonce = 'raw';
  await ok(hand({ nonce: createHash('sha256').update(nonce).digest('hex') }, { nonce }));
  await refused(hand({ nonce }, { nonce }), 'nonces mismatch');
  await refused(hand({ nonce }), 'nonces mismatch');
  await refused(hand({}, { nonce }), 'nonces mismatch');
  await refused(hand({ at_hash: halfHash('a') }, { access_token: 'b' }), 'at_hash mismatch');
  // An identity more, for who is signed in.
  const native = client();
  const { user: own } = await ok(native.auth.signUp({ email: address(), password: 'secret-1' }));
  const linked = await ok(native.auth.linkIdentity({ provider: 'liar', token: op.idToken({ sub: 'second' }) }));
  assert.deepEqual([linked.user.id, linked.user.identities.length], [own.id, 2]);
  await fails(native.auth.linkIdentity({ provider: 'liar', token: op.idToken({}) }), 'identity_already_exists', 422);
  const answer = await call('/token?grant_type=id_token', { provider: 'liar', id_token: 'x' });
  assert.deepEqual([answer.status, answer.body], [400, { error: 'invalid_request', error_description: 'Bad ID token' }]);
  await fails(client().auth.signInWithIdToken({ provider: 'google', token: 'x' }), 'provider_disabled', 400);
  assert.equal((await call('/token?grant_type=id_token', { provider: 'liar' })).body.code, 'validation_failed');
}

// Whose account it is.
async function linking(t, databaseUrl) {
  const people = {};
  const op = await openid(t, people);
  const { client, keys, call, server, mails: box, admin } = await start(t, { databaseUrl, command: 'dev',
    auth: settings({ acme: at(op) }, 'manual_linking = true\nanonymous_users = true') });
  const person = (email, email_verified = true) => {
    const id = `sub-${email}`;
    people[id] = { email, email_verified, name: id };
    return id;
  };
  const enter = async (id, { from = client(), url } = {}) => {
    op.visitor = id;
    return browser(server).go(outside(url ?? await leave(from, 'acme')));
  };
  const subject = (landed) => claimsOf(fragment(landed).get('access_token')).sub;

  // A confirmed address is joined; the password stays its owner's.
  const email = address();
  const owner = client(keys.publishable_key, kept());
  await ok(owner.auth.signUp({ email, password: 'her-own-1' }));
  const { user } = await ok(owner.auth.verifyOtp({ email, token: (await box())[0].code, type: 'signup' }));
  assert.equal(subject(await enter(person(email))), user.id);
  const both = (await ok(admin.getUserById(user.id))).user;
  assert.deepEqual([both.identities.map(({ provider }) => provider).sort(), both.app_metadata.providers, both.app_metadata.provider],
    [['acme', 'email'], ['email', 'acme'], 'email']);
  await ok(client().auth.signInWithPassword({ email, password: 'her-own-1' }));

  // An address that somebody claimed and never showed is its owner's, without what the other left there.
  const claimed = address();
  const squatter = client();
  const { user: squat } = await ok(squatter.auth.signUp({ email: claimed, password: 'squatter-1', options: { data: { note: 'mine' } } }));
  const link = (await box())[0];
  assert.equal(subject(await enter(person(claimed))), squat.id);
  const cleared = (await ok(admin.getUserById(squat.id))).user;
  assert.deepEqual([cleared.identities.map(({ provider }) => provider), cleared.user_metadata.note], [['acme'], undefined]);
  await fails(client().auth.signInWithPassword({ email: claimed, password: 'squatter-1' }), 'invalid_credentials', 400);
  await fails(client().auth.verifyOtp({ email: claimed, token: link.code, type: 'signup' }), 'otp_expired', 403);
  // An unverified one leads nowhere.
  const other = `second-${email}`;
  people[other] = { email, email_verified: false };
  assert.equal(query(await enter(other)).get('error_code'), 'provider_email_needs_verification');

  // By hand: an identity more, which has to be nobody's.
  const mine = person(address());
  const begin = async (of, id) => {
    const { url } = await ok(of.auth.linkIdentity({ provider: 'acme', options: { skipBrowserRedirect: true } }));
    return query(await enter(id, { url })).get('code');
  };
  assert.equal((await ok(owner.auth.exchangeCodeForSession(await begin(owner, mine)))).user.id, user.id);
  // Whoever else is sent to the address gives nothing away: the identity goes to who has the verifier, and only then.
  const victim = person(address());
  const stolen = await begin(owner, victim);
  const asVictim = { auth_code: stolen, code_verifier: 'v'.repeat(43) };
  assert.equal((await call('/token?grant_type=pkce', asVictim)).body.code, 'bad_code_verifier');
  await fails(owner.auth.exchangeCodeForSession(stolen), 'flow_state_not_found', 404);
  assert.notEqual(subject(await enter(victim)), user.id);
  const implicit = client();
  await ok(implicit.auth.setSession((await owner.auth.getSession()).data.session));
  await fails(implicit.auth.linkIdentity({ provider: 'acme', options: { skipBrowserRedirect: true } }), 'validation_failed', 400);
  const { identities } = await ok(owner.auth.getUserIdentities());
  assert.equal(identities.length, 3);
  const repeat = async (of, id) => (await of.auth.exchangeCodeForSession(await begin(of, id))).error.message;
  assert.equal(await repeat(owner, mine), 'Identity is already linked');
  const guest = client(keys.publishable_key, kept());
  const { user: anonymous } = await ok(guest.auth.signInAnonymously());
  assert.equal(await repeat(guest, mine), 'Identity is already linked to another user');
  // Somebody without an address gets one, unless it is taken.
  people[`third-${email}`] = { email, email_verified: true };
  assert.equal(await repeat(guest, `third-${email}`), 'A user with this email address has already been registered');
  const fresh = address();
  assert.equal((await ok(guest.auth.exchangeCodeForSession(await begin(guest, person(fresh))))).user.id, anonymous.id);
  const grown = (await ok(admin.getUserById(anonymous.id))).user;
  assert.deepEqual([grown.email, grown.is_anonymous, grown.app_metadata.provider], [fresh, false, 'acme']);

  // Unlinking: the address follows, and the last one stays.
  const [first] = identities.filter(({ provider }) => provider === 'email');
  await ok(owner.auth.unlinkIdentity(first));
  const left = (await ok(owner.auth.getUser())).user;
  assert.deepEqual([left.email, left.identities.length, left.app_metadata.providers], [email, 2, ['acme']]);
  await ok(owner.auth.unlinkIdentity(left.identities.find(({ email: of }) => of === email)));
  const last = (await ok(owner.auth.getUser())).user;
  assert.equal(last.email, people[mine].email);
  // But none that nobody has shown: rules would believe it.
  assert.equal((await ok(owner.auth.exchangeCodeForSession(await begin(owner, person(address(), false))))).user.id, user.id);
  await ok(owner.auth.unlinkIdentity(last.identities[0]));
  const unshown = (await ok(owner.auth.getUser())).user;
  assert.deepEqual([unshown.email, unshown.identities.length], ['', 1]);
  await fails(owner.auth.unlinkIdentity(unshown.identities[0]), 'single_identity_not_deletable', 422);
  await fails(owner.auth.unlinkIdentity(first), 'identity_not_found', 422);
}

// Plain OAuth 2, at a GitHub of one's own; and people whom the settings don't let in.
async function plain(t, databaseUrl) {
  const emails = [{ email: 'other@hub.example', primary: false, verified: true },
    { email: 'Cat@hub.example', primary: true, verified: true }];
  const cat = { id: 583231, login: 'cat', name: null, email: 'public@hub.example', avatar_url: 'https://hub.example/c.png' };
  const hosted = await hub(t, cat, emails);
  const lines = `url = "${hosted.url}"\nclient_id = "c"\nclient_secret = "s"\nplain_http = true\n`;
  const { client, server, call, admin } = await start(t, { databaseUrl, auth: settings({ github: lines }, 'sign_up = false') });
  const enter = async () => browser(server).go(await leave(client(), 'github', { scopes: 'repo gist' }));
  assert.equal(query(await enter()).get('error_code'), 'signup_disabled');
  assert.equal(hosted.scope, 'user:email repo gist');
  await ok(admin.createUser({ email: 'cat@hub.example', email_confirm: true }));
  const landed = fragment(await enter());
  assert.equal(landed.get('provider_token'), 'hub-token');
  const { user } = await ok(client().auth.getUser(landed.get('access_token')));
  assert.deepEqual([user.email, user.user_metadata.user_name, user.identities.find(({ provider }) => provider === 'github').id],
    ['cat@hub.example', 'cat', '583231']);
  assert.ok(hosted.seen.includes('GET /api/v3/user/emails Bearer hub-token'));
  const { external: on } = (await call('/settings')).body;
  assert.deepEqual([on.github, on.google], [true, false]);
  await fails(client().auth.signInWithIdToken({ provider: 'github', token: 'x' }), undefined, 400);
  await ok(admin.updateUserById(user.id, { ban_duration: '1h' }));
  assert.equal(query(await enter()).get('error_code'), 'user_banned');
  emails[1].verified = false;
  assert.equal(query(await enter()).get('error_code'), 'user_banned');
}

onBoth('providers', { openidConnect, idTokens, linking, plain });
