// A MariaDB server of the test's own, from Debian's package: a folder, a free port, gone with the test.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../postgres/server.mjs';

const program = '/usr/sbin/mariadbd';

export const isInstalled = existsSync(program);

// The server refuses to run as root.
function unprivileged() {
  if (process.getuid() !== 0) return {};
  const [entry] = ['mysql', 'nobody'].map((name) => spawnSync('getent', ['passwd', name], { encoding: 'utf8' }).stdout.split(':'))
    .filter((words) => words.length > 1);
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

// settings: options of mariadbd, by name.
export async function startServer(t, settings = {}) {
  const user = unprivileged();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trivet-mariadb-'));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  const words = ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db',
    '--skip-name-resolve', '--innodb-log-file-size=16M'];
  const made = spawnSync('/usr/bin/mariadb-install-db', words, { encoding: 'utf8', ...user });
  if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.stdout}${made.stderr}`);
  const port = await freePort();
  const socket = path.join(folder, 'socket');
  const server = { port, folder, url: `mysql://app:secret%21@127.0.0.1:${port}/app`, child: undefined, log: '' };
  const client = ['--no-defaults', '-S', socket, '-u', 'root', '-N', '-B', '--default-character-set=utf8mb4'];

  server.sql = (text, database = 'app') => spawnSync('/usr/bin/mariadb', [...client, database, '-e',
    `SET SESSION sql_mode = 'ANSI_QUOTES'; ${text}`], { encoding: 'utf8' });
  server.start = async () => {
    const all = { 'bind-address': '127.0.0.1', 'innodb-buffer-pool-size': '32M', 'innodb-log-file-size': '16M',
      'skip-log-bin': '', 'skip-name-resolve': '', ...settings };
    const set = Object.entries(all).map(([name, value]) => (value === '' ? `--${name}` : `--${name}=${value}`));
    server.child = spawn(program, ['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`,
      `--pid-file=${path.join(folder, 'pid')}`, ...set], { stdio: ['ignore', 'pipe', 'pipe'], ...user });
    for (const stream of [server.child.stdout, server.child.stderr]) stream.on('data', (text) => { server.log += text; });
    for (let tries = 0; tries < 600; ++tries) {
      if (server.sql('SELECT 1', 'mysql').status === 0) return;
      await delay(50);
    }
    throw new Error(`MariaDB doesn't start\n${server.log}`);
  };
  server.kill = (signal) => new Promise((resolve) => {
    server.child.once('exit', resolve);
    server.child.kill(signal);
  });
  t.after(async () => {
    if (server.child?.exitCode === null && server.child.signalCode === null) await server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  for (const text of ['CREATE DATABASE app', "CREATE USER app@'127.0.0.1' IDENTIFIED BY 'secret!'",
    "GRANT ALL ON *.* TO app@'127.0.0.1'"]) {
    const done = server.sql(text, 'mysql');
    if (done.status !== 0) throw new Error(`${text}: ${done.stderr}`);
  }
  return server;
}
