// A PostgreSQL server of this process's own, in a temporary folder, reached by a unix socket there.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// Debian keeps the server's programs beside each other by version; null without one.
function binaries() {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const found = versions.sort((a, b) => b - a).map((version) => `/usr/lib/postgresql/${version}/bin`);
  return found.find((folder) => existsSync(path.join(folder, 'initdb'))) ?? null;
}

// The server doesn't run as root.
function unprivileged() {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

export const isInstalled = binaries() !== null;

export async function startPostgres() {
  const programs = binaries();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trivet-pg-'));
  const as = unprivileged();
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = path.join(folder, 'data');
  const options = { encoding: 'utf8', cwd: folder, ...as };
  const made = spawnSync(path.join(programs, 'initdb'), ['-D', data, '-U', 'trivet', '-A', 'trust', '-N', '-E', 'UTF8',
    '--locale=C', '--no-instructions'], options);
  if (made.status !== 0) throw new Error(made.stderr);
  const child = spawn(path.join(programs, 'postgres'),
    ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off'], { cwd: folder, stdio: 'ignore', ...as });
  const url = (database) => `postgresql:///${database}?host=${encodeURIComponent(folder)}&user=trivet`;
  const psql = (database, sql) => {
    const done = spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url(database)], { input: sql, encoding: 'utf8' });
    if (done.status !== 0) throw new Error(done.stderr);
  };
  for (let tries = 0; ; ++tries) {
    try { psql('postgres', 'SELECT 1'); break; } catch (error) {
      if (tries > 600 || child.exitCode !== null) throw error;
      await delay(50);
    }
  }
  let databases = 0;
  return {
    // A database that holds what the script makes; its URL.
    make(script) {
      const name = `d${++databases}`;
      psql('postgres', `CREATE DATABASE ${name}`);
      psql(name, script);
      return url(name);
    },
    run: (database, sql) => psql(database.match(/\/\/\/(\w+)/)[1], sql),
    stop() {
      child.kill('SIGQUIT');
      return new Promise((resolve) => child.on('exit', () => { rmSync(folder, { recursive: true, force: true }); resolve(); }));
    },
  };
}
