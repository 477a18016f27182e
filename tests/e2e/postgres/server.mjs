// A PostgreSQL server of the test's own, from Debian's package: a folder, a free port, gone with the test.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const versions = '/usr/lib/postgresql';
const newest = existsSync(versions)
  ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)).find((v) => existsSync(`${versions}/${v}/bin/initdb`))
  : undefined;

export const isInstalled = newest !== undefined;

export async function freePort() {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const { port } = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  return port;
}

// The server refuses to run as root.
function unprivileged() {
  if (process.getuid() !== 0) return {};
  const entry = spawnSync('getent', ['passwd', 'postgres'], { encoding: 'utf8' }).stdout.split(':');
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

export const program = (name) => `${versions}/${newest}/bin/${name}`;

// Processes whose parent is that one.
export function childrenOf(parent) {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ')[1]) === parent;
    } catch {
      return false;  // it has just ended
    }
  });
}

// settings: of postgresql.conf, by name. netns: the network namespace that it runs in, on `address`. prepare(data, user)
// makes files that must be there before it starts.
export async function startServer(t, settings = {}, { address = '127.0.0.1', netns, prepare } = {}) {
  const user = unprivileged();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trivet-pg-'));
  const data = path.join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (user.uid !== undefined) for (const place of [folder, data]) chownSync(place, user.uid, user.gid);
  const words = ['-D', data, '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-U', 'postgres', '--no-sync'];
  const made = spawnSync(program('initdb'), words, { encoding: 'utf8', ...user });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  prepare?.(data, user);
  const port = await freePort();
  const server = { port, folder, user, url: `postgres://postgres@${address}:${port}/postgres`, child: undefined, log: '' };
  const psql = (text) => ['-X', '-q', '-A', '-t', '-h', folder, '-p', String(port), '-U', 'postgres', '-c', text];

  server.sql = (text) => spawnSync(program('psql'), psql(text), { encoding: 'utf8' });
  // A session that lasts until it is killed.
  server.session = (text) => {
    const child = spawn(program('psql'), psql(text), { stdio: 'ignore' });
    t.after(() => child.kill('SIGKILL'));
    return child;
  };
  // What a killed server leaves behind may hold its memory for a moment: then it is started again.
  server.start = async () => {
    for (let tries = 0; tries < 600; ++tries) {
      if (server.child === undefined || server.child.exitCode !== null || server.child.signalCode !== null) {
        const all = { listen_addresses: address, shared_buffers: '32MB', ...settings };
        const set = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
        const words = [program('postgres'), '-D', data, '-k', folder, '-p', String(port), ...set];
        const as = user.uid === undefined ? [] : ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
        const [command, ...rest] = netns ? ['ip', 'netns', 'exec', netns, ...as, ...words] : words;
        server.child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], ...(netns ? {} : user) });
        for (const stream of [server.child.stdout, server.child.stderr])
          stream.on('data', (text) => { server.log += text; });
      }
      if (server.sql('SELECT 1').status === 0) return;
      await delay(50);
    }
    throw new Error(`PostgreSQL doesn't start\n${server.log}`);
  };
  // To the server and all its sessions.
  server.signalAll = (signal) => {
    for (const pid of [server.child.pid, ...childrenOf(server.child.pid)]) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        // A session may have ended since it was listed.
        if (error.code !== 'ESRCH') throw error;
      }
    }
  };
  server.kill = (signal) => new Promise((resolve) => {
    server.child.once('exit', resolve);
    server.child.kill(signal);
  });
  t.after(async () => {
    if (server.child?.exitCode === null && server.child.signalCode === null) {
      server.signalAll('SIGCONT');
      await server.kill('SIGQUIT');
    }
    rmSync(folder, { recursive: true, force: true });
  });
  await server.start();
  return server;
}
