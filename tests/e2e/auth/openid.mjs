// Other providers for the tests: a real OpenID Connect provider (npm's oidc-provider), one whose every word the test
// chooses, one that is like GitHub; and a browser that keeps cookies.
import { createHash, createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import Provider from 'oidc-provider';

export const external = 'https://api.example';  // Trivet, as browsers and providers know it
export const callback = `${external}/auth/v1/callback`;
export const client = { id: 'trivet', secret: 'a secret / of: the client' };

async function listen(t, handler) {
  const server = http.createServer(handler);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => { server.closeAllConnections(); server.close(); });
  return `http://127.0.0.1:${server.address().port}`;
}

// `people`: claims by account. `op.visitor` signs in next; null: cancels.
export async function openid(t, people) {
  const op = { visitor: undefined };
  let provider;
  const url = await listen(t, async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return provider.callback()(request, response);
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    if (op.visitor === null)
      return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'Not today' });
    if (prompt.name === 'login')
      return provider.interactionFinished(request, response, { login: { accountId: op.visitor } });
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope('openid email profile');
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } },
      { mergeWithLastSubmission: true });
  });
  provider = new Provider(url, {
    clients: [{ client_id: client.id, client_secret: client.secret, redirect_uris: [callback] }],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'picture', 'preferred_username'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: ['of the test'] },
  });
  return Object.assign(op, { url });
}

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const hashed = (text) => createHash('sha256').update(text).digest();
export const halfHash = (text) => hashed(text).subarray(0, 16).toString('base64url');

// One that says what it is told to. `op.change(claims, header)` is applied to every ID token; `op.asked` is what the
// last sign-in brought along.
export async function liar(t) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const op = { change: () => {}, asked: null, tokens: 0 };
  op.idToken = (claims, { header = {}, key = privateKey } = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const whole = { iss: op.url, aud: client.id, sub: 'someone', iat: now, exp: now + 300, email: 'someone@elsewhere.example',
      email_verified: true, name: 'Some One', ...claims };
    for (const name of Object.keys(whole)) if (whole[name] === undefined) delete whole[name];
    const text = `${encode({ alg: 'ES256', kid: 'k', typ: 'JWT', ...header })}.${encode(whole)}`;
    const signature = header.alg === 'none' ? '' : header.alg === 'HS256'
      ? createHmac('sha256', client.secret).update(text).digest('base64url')
      : sign('sha256', text, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return `${text}.${signature}`;
  };
  op.otherKey = other;
  op.url = await listen(t, async (request, response) => {
    const at = new URL(request.url, op.url);
    const json = (value, status = 200) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    if (at.pathname === '/.well-known/openid-configuration')
      return json({ issuer: op.issuer ?? op.url, authorization_endpoint: `${op.url}/authorize`, token_endpoint: `${op.url}/token`,
        jwks_uri: `${op.url}/keys`, token_endpoint_auth_methods_supported: ['client_secret_post'] });
    if (at.pathname === '/keys')
      return json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }] });
    if (at.pathname === '/authorize') {
      op.asked = at.searchParams;
      const back = new URL(at.searchParams.get('redirect_uri'));
      back.search = new URLSearchParams({ code: randomUUID(), state: at.searchParams.get('state') });
      return response.writeHead(302, { Location: back.href }).end();
    }
    op.tokens += 1;
    let body = '';
    for await (const part of request) body += part;
    op.redeemed = new URLSearchParams(body);
    const options = { header: {} };
    const claims = { nonce: op.asked.get('nonce') };
    op.change(claims, options);
    return json({ access_token: 'at', token_type: 'Bearer', id_token: op.idToken(claims, options) });
  });
  return op;
}

// Like GitHub: plain OAuth 2, the addresses in a list of their own.
export async function hub(t, user, emails) {
  const hosted = { url: '', seen: [] };
  hosted.url = await listen(t, async (request, response) => {
    const at = new URL(request.url, hosted.url);
    hosted.seen.push(`${request.method} ${at.pathname} ${request.headers.authorization ?? ''}`);
    const json = (value) => response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    if (at.pathname === '/login/oauth/authorize') {
      const back = new URL(at.searchParams.get('redirect_uri'));
      back.search = new URLSearchParams({ code: 'hub-code', state: at.searchParams.get('state') });
      hosted.scope = at.searchParams.get('scope');
      return response.writeHead(302, { Location: back.href }).end();
    }
    if (at.pathname === '/login/oauth/access_token') return json({ access_token: 'hub-token', scope: 'user:email' });
    return json(at.pathname.endsWith('/emails') ? emails : user);
  });
  return hosted;
}

// Follows redirects from `url` to the first address that is outside `inside`, keeping cookies by host. The external
// address of Trivet leads to where it is.
export function browser(server) {
  const jars = new Map();
  const self = { hops: [], cookies: jars };
  self.ask = async (url) => {
    const { origin, host } = new URL(url);
    const jar = jars.get(host) ?? jars.set(host, new Map()).get(host);
    const headers = { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') };
    const target = origin === external ? server.url + url.slice(external.length) : url;
    const answer = await fetch(target, { redirect: 'manual', headers });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(';');
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
      self.lastCookie = line;
    }
    return answer;
  };
  // `stop`: an address to stop before, besides the application's.
  self.go = async (url, stop = () => false) => {
    for (let hop = 0; hop < 20; ++hop) {
      const at = new URL(url);
      if (at.hostname === 'app.example' || stop(at)) return url;
      self.hops.push(url);
      const answer = await self.ask(url);
      const location = answer.headers.get('location');
      if (!location) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
      url = new URL(location, url).href;
    }
    throw new Error('too many redirects');
  };
  return self;
}
