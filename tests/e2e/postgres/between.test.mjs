// What stands between Trivet and the database: TLS whose certificates are checked, and PgBouncer.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, run, serve } from '../cli/support.mjs';
import { freePort, isInstalled, startServer } from './server.mjs';
import { keysOf, load, notes, onPostgres } from './support.mjs';

const skip = isInstalled ? false : 'the package postgresql-15 is not installed';
const bouncer = spawnSync('sh', ['-c', 'command -v pgbouncer'], { encoding: 'utf8' }).stdout.trim();
const longest = 30_000;

function openssl(cwd, ...words) {
  const done = spawnSync('openssl', words, { cwd, encoding: 'utf8' });
  assert.equal(done.status, 0, done.stderr);
}

// A certificate authority, a certificate of localhost signed by it, one that has expired, and another authority.
function makeCertificates(place) {
  const request = ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  for (const name of ['ca', 'other'])
    openssl(place, ...request, '-x509', '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`);
  openssl(place, ...request, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr');
  writeFileSync(path.join(place, 'ca.cnf'), '[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nnew_certs_dir = .\n' +
    'rand_serial = yes\ndefault_md = sha256\npolicy = any\nx509_extensions = names\n[any]\ncommonName = supplied\n' +
    '[names]\nsubjectAltName = DNS:localhost\n');
  for (const [name, from, until] of [['server', '20200101000000Z', '20990101000000Z'], ['expired', '20200101000000Z', '20210101000000Z']]) {
    writeFileSync(path.join(place, 'index.txt'), '');
    openssl(place, 'ca', '-batch', '-notext', '-config', 'ca.cnf', '-cert', 'ca.crt', '-keyfile', 'ca.key', '-in', 'server.csr',
      '-startdate', from, '-enddate', until, '-out', `${name}.crt`);
  }
}

test('TLS: the server is who it says, or nothing is sent to it', { skip }, async (t) => {
  const place = folder(t);
  makeCertificates(place);
  const file = (name) => path.join(place, name);
  const secure = (data, user) => {
    writeFileSync(path.join(data, 'pg_hba.conf'), 'local all all trust\nhostssl all all 127.0.0.1/32 trust\n');
    chmodSync(file('server.key'), 0o600);
    chmodSync(place, 0o711);
    if (user.uid !== undefined) chownSync(file('server.key'), user.uid, user.gid);
  };
  const tls = (certificate) => ({ ssl: 'on', ssl_cert_file: file(certificate), ssl_key_file: file('server.key') });
  const database = await startServer(t, tls('server.crt'), { prepare: secure });
  const url = (host, root, mode = 'verify-full') =>
    `postgres://postgres@${host}:${database.port}/postgres?sslmode=${mode}&sslrootcert=${file(root)}`;
  const made = onPostgres(t, notes, url('localhost', 'ca.crt'));
  const apikey = keysOf(made).publishable_key;
  must(['db', 'push', made]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const running = load(t, { server, url: `${server.url}/rest/v1/Note`, apikey }, { longest });
  await running.more(50);
  const sessions = database.sql("SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'trivet'");
  assert.equal(sessions.stdout.trim(), 't');
  assert.deepEqual([...(await running.stop(database)).answers.keys()], ['done']);
  assert.equal(await server.stop(), 0);
  const refused = (words) => {
    const done = run(['serve', made, '--listen', '127.0.0.1:0', '--database-url', words]);
    assert.equal(done.status, 1, done.stdout);
    assert.match(done.stderr, /can't be reached/);
    return done.stderr;
  };
  refused(url('127.0.0.1', 'ca.crt'));         // another name than the certificate's
  refused(url('localhost', 'other.crt'));      // signed by somebody else
  refused(url('localhost', 'ca.crt', 'disable'));
  must(['doctor', made, '--set', `database.url=${url('127.0.0.1', 'ca.crt', 'verify-ca')}`]);
  await database.kill('SIGQUIT');
  const expired = await startServer(t, tls('expired.crt'), { prepare: secure });
  refused(url('localhost', 'ca.crt').replace(`:${database.port}/`, `:${expired.port}/`));
});

test('PgBouncer in transaction mode', { skip: skip || (bouncer === '' && 'there is no pgbouncer') }, async (t) => {
  const database = await startServer(t);
  const port = await freePort();
  const place = path.join(database.folder, 'bouncer');
  mkdirSync(place);
  writeFileSync(path.join(place, 'users.txt'), '"postgres" ""\n');
  writeFileSync(path.join(place, 'bouncer.ini'), `[databases]\npostgres = host=127.0.0.1 port=${database.port}\n[pgbouncer]\n` +
    `listen_addr = 127.0.0.1\nlisten_port = ${port}\nauth_type = trust\nauth_file = ${place}/users.txt\nunix_socket_dir =\n` +
    'pool_mode = transaction\ndefault_pool_size = 3\n');
  // A copy, where its user may look.
  copyFileSync(bouncer, path.join(place, 'pgbouncer'));
  const child = spawn(path.join(place, 'pgbouncer'), [path.join(place, 'bouncer.ini')], { stdio: 'ignore', ...database.user });
  t.after(() => child.kill('SIGKILL'));
  const made = onPostgres(t, notes, `postgres://postgres@127.0.0.1:${port}/postgres?pgbouncer=true`);
  const apikey = keysOf(made).publishable_key;
  must(['db', 'push', made]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--set', 'server.threads=2']);
  const running = load(t, { server, url: `${server.url}/rest/v1/Note`, apikey }, { writers: 16, readers: 16, longest });
  await running.more(300);
  // Eight connections of ours share three of the server's.
  const sessions = database.sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()");
  assert.ok(Number(sessions.stdout) <= 3, sessions.stdout);
  const { answers, slowest } = await running.stop(database);
  assert.deepEqual([...answers.keys()], ['done']);
  t.diagnostic(`${JSON.stringify([...answers])}, the slowest in ${slowest} ms`);
  assert.equal(await server.stop(), 0);
});
