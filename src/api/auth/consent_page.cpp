// The page that asks users, where the project has none of its own: signs in with a password and, if
// the user has one, a second factor, shows who asks for what, sends the browser on.
//
// It is the same text for everybody: what it shows of programs and users comes by JSON and becomes
// text nodes. The session that it signs in for is ended before the browser leaves.
#include "api/auth/encode.h"
#include "api/auth/oauth_wire.h"

namespace trivet::api::accounts {
namespace {

constexpr std::string_view head = R"(<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="referrer" content="no-referrer"><title>Sign in</title><style nonce=")";

constexpr std::string_view body = R"(">body{font:16px/1.5 system-ui;max-width:26rem;margin:3rem auto;padding:0 1rem}
label{display:block;margin:.75rem 0}input{display:block;width:100%;box-sizing:border-box;font:inherit;padding:.4rem}
button{font:inherit;padding:.4rem 1rem;margin:.5rem .5rem 0 0}[role=alert]{color:#a00}code{word-break:break-all}</style>
<h1>Sign in</h1><p role="alert" id="problem"></p>
<form id="sign-in" hidden><label>Email <input id="email" type="email" autocomplete="username" required></label>
<label>Password <input id="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form>
<form id="second" hidden><label>Code of your authenticator
<input id="code" inputmode="numeric" autocomplete="one-time-code" required></label>
<button>Go on</button></form>
<form id="ask" hidden><p><b id="client"></b> wants to act in the name of <b id="user"></b>.</p>
<p>It learns: <span id="scope"></span>.</p><p>You go back to <code id="target"></code></p>
<button id="approve">Allow</button><button id="deny" type="button">Deny</button></form>
<script nonce=")";

constexpr std::string_view script = R"(">
const at = (id) => document.getElementById(id);
const base = location.pathname.replace(/\/oauth\/consent\/?$/, '');
const id = new URLSearchParams(location.search).get('authorization_id');
const words = { openid: 'who you are', profile: 'your name and picture', email: 'your address', phone: 'your phone number',
  offline_access: 'and stays signed in' };
let token;
const show = (form) => { for (const each of document.forms) each.hidden = each.id !== form; };
const say = (text) => { at('problem').textContent = text; };
async function call(method, path, content) {
  const answer = await fetch(base + path, { method, credentials: 'omit', cache: 'no-store', body: content && JSON.stringify(content),
    headers: { 'Content-Type': 'application/json', 'X-Supabase-Api-Version': '2024-01-01',
      ...(token && { Authorization: 'Bearer ' + token }) } });
  const got = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(got.message ?? 'Something went wrong'), { code: got.code });
  return got;
}
async function leave(url) {
  await call('POST', '/logout?scope=local').catch(() => {});
  token = undefined;
  show('');
  location.replace(url);
}
async function look() {
  const asked = await call('GET', '/oauth/authorizations/' + encodeURIComponent(id));
  if (asked.redirect_url) return leave(asked.redirect_url);
  at('client').textContent = asked.client.name ?? asked.client.id;
  at('user').textContent = asked.user.email;
  at('scope').textContent = asked.scope.split(' ').map((name) => words[name] ?? name).join(', ');
  at('target').textContent = asked.redirect_uri;
  show('ask');
}
const decide = async (action) =>
  leave((await call('POST', '/oauth/authorizations/' + encodeURIComponent(id) + '/consent', { action })).redirect_url);
const on = (element, event, run) => element.addEventListener(event, async (what) => {
  what.preventDefault();
  say('');
  try { await run(); } catch (error) { say(error.message); }
});
let factor;
on(at('sign-in'), 'submit', async () => {
  const session = await call('POST', '/token?grant_type=password', { email: at('email').value, password: at('password').value });
  token = session.access_token;
  at('password').value = '';
  factor = session.user.factors?.find((each) => each.factor_type === 'totp' && each.status === 'verified');
  if (factor) return show('second');
  await look();
});
on(at('second'), 'submit', async () => {
  const challenge = await call('POST', '/factors/' + factor.id + '/challenge', {});
  token = (await call('POST', '/factors/' + factor.id + '/verify', { challenge_id: challenge.id, code: at('code').value })).access_token;
  await look();
});
on(at('ask'), 'submit', () => decide('approve'));
on(at('deny'), 'click', () => decide('deny'));
if (id) show('sign-in'); else say('There is nothing to decide here.');
</script></html>
)";

}  // namespace

http::Response consent_page(const std::string& nonce) {
  http::Response response = json_response(200, {});
  response.content_type = "text/html; charset=utf-8";
  response.body.append(head).append(nonce).append(body).append(nonce).append(script);
  response.set("Content-Security-Policy",
               "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" + nonce +
                   "'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.set("X-Frame-Options", "DENY");
  response.set("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace trivet::api::accounts
