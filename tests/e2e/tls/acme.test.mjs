// Certificates by ACME from Debian's pebble, an authority for tests that refuses half of the nonces: both challenges, a restart,
// renewal under load, and what is told when it can't be done. Without the package the tests skip.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { folder, must, project, run, serve } from '../cli/support.mjs';
import { freePort } from '../postgres/server.mjs';
import { authority, get } from './support.mjs';

const skip = existsSync('/usr/bin/pebble') ? false : 'the package pebble is not installed';
const rows = '/rest/v1/Comment';

async function until(what, ready, tries = 600) {
  for (let i = 0; i < tries; ++i) {
    const value = await ready();
    if (value) return value;
    await delay(50);
  }
  throw new Error(`it never came to this: ${what}`);
}

function launch(t, program, words, env = {}) {
  const child = spawn(program, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { child.log += text; });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

// The authority, with a name server for which every name is this machine. It looks at `ports` for proofs.
async function startAuthority(t) {
  const ports = { http: await freePort(), tls: await freePort() };
  const [listen, management, dns, control] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const ca = authority(t);
  const own = ca.issue('localhost');
  const file = path.join(folder(t), 'pebble.json');
  writeFileSync(file, JSON.stringify({ pebble: {
    listenAddress: `127.0.0.1:${listen}`, managementListenAddress: `127.0.0.1:${management}`, certificate: own.certificate,
    privateKey: own.key, httpPort: ports.http, tlsPort: ports.tls, ocspResponderURL: '', externalAccountBindingRequired: false,
  } }));
  launch(t, '/usr/bin/pebble-challtestsrv', ['-defaultIPv6', '', '-http01', '', '-https01', '', '-tlsalpn01', '',
    '-dns01', `127.0.0.1:${dns}`, '-management', `127.0.0.1:${control}`]);
  const child = launch(t, '/usr/bin/pebble', ['-config', file, '-dnsserver', `127.0.0.1:${dns}`],
    { PEBBLE_WFE_NONCEREJECT: '50', PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0' });
  const root = await until(`pebble answers: ${child.log}`, () =>
    get(`https://localhost:${management}/roots/0`, { ca: ca.pem }).then((answer) => answer.body, () => ''));
  await until('the name server answers', () => fetch(`http://127.0.0.1:${control}/`).then(() => true, () => false));
  const lead = (host, addresses) => fetch(`http://127.0.0.1:${control}/add-a`,
    { method: 'POST', body: JSON.stringify({ host, addresses }) });
  return { ports, root, lead, directory: `https://localhost:${listen}/dir`, ca: ca.file };
}

function settings(served, hosts, more = []) {
  return [`tls.acme_hosts=${hosts.join(',')}`, 'tls.acme_agree=true', 'tls.acme_email=ops@example.com',
    `tls.acme_directory=${served.directory}`, `tls.acme_ca_file=${served.ca}`, ...more].flatMap((one) => ['--set', one]);
}

const start = (t, made, served, words) => serve(t, ['serve', made, '--listen', `127.0.0.1:${served.ports.tls}`, ...words]);

// Asks by name; the certificate must be the authority's. Null until it is.
const ask = (served, host) => get(`https://127.0.0.1:${served.ports.tls}${rows}`,
  { ca: served.root, servername: host, headers: { Host: host }, agent: false }).catch(() => null);

test('by http-01, for two hosts, kept over a restart, renewed while requests go on', { skip }, async (t) => {
  const served = await startAuthority(t);
  const made = project(t);
  must(['db', 'push', made]);
  const hosts = ['shop.example.test', 'api.example.test'];
  const words = settings(served, ['Shop.example.test', hosts[1], hosts[0]], [`tls.redirect_listen=127.0.0.1:${served.ports.http}`]);
  let server = await start(t, made, served, words);
  const first = await until('a certificate', () => ask(served, hosts[0]));
  assert.equal(first.status, 200);
  assert.equal(first.headers['strict-transport-security'], 'max-age=15552000');
  assert.equal((await ask(served, hosts[1])).serial, first.serial);
  assert.equal(await ask(served, 'other.example.test'), null);
  // The way to https:// is as it was.
  const plain = `http://127.0.0.1:${served.ports.http}`;
  const away = await fetch(`${plain}/x`, { redirect: 'manual' });
  assert.equal(away.status, 308);
  assert.equal((await fetch(`${plain}/.well-known/acme-challenge/none`, { redirect: 'manual' })).status, 308);
  const [place] = readdirSync(path.join(made, '.trivet/acme'));
  const files = ['account.jwk', 'certificate.pem'].map((name) => path.join(made, '.trivet/acme', place, name));
  for (const file of files) assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.match(server.child.log, /certificate for (shop|api)\.example\.test/);
  assert.doesNotMatch(server.child.log, /PRIVATE KEY|"d"/);
  assert.equal(await server.stop(), 0);

  const kept = readFileSync(files[1], 'utf8');
  server = await start(t, made, served, words);
  assert.equal((await ask(served, hosts[0])).serial, first.serial);
  assert.doesNotMatch(server.child.log, /asking/);
  assert.equal(await server.stop(), 0);
  assert.equal(readFileSync(files[1], 'utf8'), kept);

  // Due seconds after it was made: the one that is there is past that.
  const { X509Certificate } = await import('node:crypto');
  const certificate = new X509Certificate(kept.slice(kept.indexOf('-----BEGIN CERTIFICATE')));
  const life = Math.round((Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 1000);
  server = await start(t, made, served, [...words, '--set', `tls.acme_renew_before=${life - 4}s`]);
  let answered = 0;
  const renewed = await until('another certificate', async () => {
    const answer = await ask(served, hosts[0]);
    assert.equal(answer?.status, 200);
    ++answered;
    return answer.serial !== first.serial && answer;
  });
  assert.notEqual(renewed.serial, first.serial);
  assert.ok(answered > 1);
  assert.equal(await server.stop(), 0);
});

test('by tls-alpn-01, with nothing at port 80', { skip }, async (t) => {
  const served = await startAuthority(t);
  const made = project(t);
  must(['db', 'push', made]);
  const server = await start(t, made, served, settings(served, ['alpn.example.test']));
  assert.equal((await until('a certificate', () => ask(served, 'alpn.example.test'))).status, 200);
  // Nobody gets a proof that isn't wanted.
  await assert.rejects(get(`https://127.0.0.1:${served.ports.tls}/`,
    { rejectUnauthorized: false, servername: 'alpn.example.test', ALPNProtocols: ['acme-tls/1'] }));
  assert.equal(await server.stop(), 0);
});

test('what can not be is told, and tried again', { skip }, async (t) => {
  const served = await startAuthority(t);
  const made = project(t);
  must(['db', 'push', made]);
  await served.lead('elsewhere.example.test', ['127.0.0.9']);
  const server = await start(t, made, served, settings(served, ['elsewhere.example.test']));
  await until('the failure', () => /no certificate: .*(elsewhere|127\.0\.0\.9|refused)/.test(server.child.log));
  assert.match(server.child.log, /tried again in 1 min/);
  const shown = await get(`https://127.0.0.1:${served.ports.tls}${rows}`, { rejectUnauthorized: false, agent: false });
  assert.equal(shown.status, 200);
  assert.equal(await server.stop(), 0);
  const refused = (...sets) => {
    const done = run(['serve', made, '--listen', '127.0.0.1:0', ...sets.flatMap((one) => ['--set', one])]);
    assert.equal(done.status, 1);
    return done.stderr;
  };
  assert.match(refused('tls.acme_hosts=a.example.test'), /terms of service have to be agreed to: tls\.acme_agree = true/);
  assert.match(refused('tls.acme_hosts=*.example.test', 'tls.acme_agree=true'), /a wildcard is proved by DNS alone/);
  assert.match(refused('tls.acme_hosts=https://x', 'tls.acme_agree=true'), /is no host: write example\.com/);
  assert.match(refused('tls.acme_hosts=a.test', 'tls.acme_agree=true', 'tls.acme_challenge=http-01'),
    /tls\.redirect_listen, which is empty/);
  assert.match(refused('tls.acme_hosts=a.test', 'tls.acme_agree=true', 'tls.certificate=x.pem'), /name another/);
  assert.match(refused('tls.acme_hosts=192.0.2.7', 'tls.acme_agree=true'), /192\.0\.2\.7 is proved by http-01 alone/);
  assert.match(refused('tls.acme_hosts=a.test', 'tls.acme_agree=true', 'tls.acme_directory=http://x'), /must begin with https:/);
});
