// An authenticator in place of a browser's (Web Authentication): ES256 or EdDSA, attestation "none".
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export const origin = 'https://app.example';
const sha256 = (bytes) => createHash('sha256').update(bytes).digest();
export const url64 = (bytes) => Buffer.from(bytes).toString('base64url');

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
export function authenticator({ algorithm = 'ES256' } = {}) {
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
