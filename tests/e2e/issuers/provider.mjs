// An identity provider of this test: npm's oidc-provider over TLS, whose keys can be turned over, and which counts
// what it is asked for.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import https from 'node:https';
import http from 'node:http';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const encode = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

// A private JWK: EC on P-256 or RSA.
export function makeKey(kid, kind = 'ec') {
  const { privateKey } = kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: kind === 'ec' ? 'ES256' : 'RS256' };
}

// A token made by hand: what no provider would.
export function forge(header, payload, key) {
  const text = `${encode(header)}.${encode(payload)}`;
  if (key === undefined) return `${text}.`;
  if (typeof key === 'string' || Buffer.isBuffer(key))
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  const signature = createSign('sha256').update(text).sign({ key, format: 'jwk', dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}

const configuration = (keys, alg, claims) => ({
  jwks: { keys },
  cookies: { keys: ['not a secret'] },
  clients: [{
    client_id: 'backend', client_secret: 'its-secret', grant_types: ['client_credentials'], redirect_uris: [],
    response_types: [], id_token_signed_response_alg: alg,
  }],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, audience) => resourceOf(audience, alg),
    },
  },
  extraTokenClaims: () => claims,
});
const resourceOf = (audience, alg) => ({
  audience, scope: 'api', accessTokenTTL: 600, accessTokenFormat: 'jwt', jwt: { sign: { alg } },
});

// tls: {certificate, key} as paths; without it, plain HTTP.
export async function startProvider(t, { tls, keys }) {
  const state = { asked: [], answer: null };
  const take = (request, response) => {
    state.asked.push(request.url);
    if (state.answer) return state.answer(request, response);
    return state.provider.callback()(request, response);
  };
  const server = tls
    ? https.createServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }, take)
    : http.createServer(take);
  const listen = (port) => new Promise((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  await listen(0);
  const { port } = server.address();
  state.port = port;
  state.url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  state.stop = () => new Promise((resolve) => {
    if (!server.listening) return resolve();
    server.close(resolve);
    return server.closeAllConnections();
  });
  state.resume = () => listen(port);
  t.after(state.stop);
  // The key that comes first signs.
  state.use = (fresh, claims = {}) => {
    state.keys = fresh;
    state.claims = claims;
    state.alg = fresh[0].alg;
    state.provider = new Provider(state.url, configuration(fresh, state.alg, claims));
  };
  state.use(keys);
  state.fetches = () => state.asked.filter((url) => url.startsWith('/jwks')).length;
  // An access token as the provider gives one to a person who has signed in.
  state.token = async (accountId, { audience = 'https://api.example', claims, expiresIn } = {}) => {
    if (claims) state.use(state.keys, claims);
    const { AccessToken, Client, ResourceServer } = state.provider;
    const token = new AccessToken({
      accountId, client: await Client.find('backend'), grantId: 'a', gty: 'authorization_code', scope: 'api',
      expiresIn,
      resourceServer: new ResourceServer(audience, resourceOf(audience, state.alg)),
    });
    return token.save();
  };
  return state;
}
