// Certificates made by openssl, and requests that say what they got of the connection too.
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { folder } from '../cli/support.mjs';

function openssl(words) {
  const done = spawnSync('openssl', words, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`openssl ${words.join(' ')}: ${done.stderr}`);
}

// An authority in a folder of its own: issue(name) → {certificate, key} as paths.
export function authority(test, name = 'Test authority') {
  const place = folder(test);
  const at = (file) => path.join(place, file);
  openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '90',
    '-keyout', at('ca.key'), '-out', at('ca.pem'), '-subj', `/CN=${name}`]);
  const issue = (subject, { serial = 1 } = {}) => {
    const base = at(`${subject}-${serial}`);
    openssl(['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${base}.key`,
      '-out', `${base}.csr`, '-subj', `/CN=${subject}`]);
    writeFileSync(`${base}.ext`, `subjectAltName=DNS:${subject},IP:127.0.0.1\nkeyUsage=digitalSignature\n`
      + 'extendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n'
      + 'crlDistributionPoints=URI:http://127.0.0.1/authority.crl\n');
    openssl(['x509', '-req', '-in', `${base}.csr`, '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-days', '90',
      '-set_serial', String(serial), '-extfile', `${base}.ext`, '-out', `${base}.pem`]);
    appendFileSync(`${base}.pem`, readFileSync(at('ca.pem')));
    return { certificate: `${base}.pem`, key: `${base}.key` };
  };
  return { file: at('ca.pem'), pem: readFileSync(at('ca.pem')), issue };
}

// {status, headers, body, reused, serial, protocol}
export function get(url, options) {
  return new Promise((resolve, reject) => {
    const request = https.request(url, options, (answer) => {
      const pieces = [];
      const { socket } = answer;
      const connection = {
        reused: socket.isSessionReused(), protocol: socket.getProtocol(), alpn: socket.alpnProtocol,
        serial: socket.getPeerCertificate().serialNumber,
      };
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => resolve({
        status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces).toString(), ...connection,
      }));
    });
    request.on('error', reject);
    request.end(options?.body);
  });
}
