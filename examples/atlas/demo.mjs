// ./dev demo: makes a project of this example in build/demo, fills it, serves it and says how to ask it. What is served
// where, and the keys, are printed by `trivet dev`.
// --check runs the printed lines itself against a free port and stops; --port N serves on another port than 8000.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { lines } from './lines.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const trivet = process.env.TRIVET_BINARY ?? path.join(root, 'build/bin/trivet');
const { values: options } = parseArgs({
  options: { check: { type: 'boolean' }, port: { type: 'string', default: '8000' } },
});

const say = (text) => process.stderr.write(`\x1b[1m== ${text}\x1b[0m\n`);

function run(program, ...words) {
  const done = spawnSync(program, words, { stdio: 'inherit' });
  if (done.status !== 0) {
    process.stderr.write(`demo: ${path.basename(program)} ${words.join(' ')} failed\n`);
    process.exit(1);
  }
}

// Files for import, made again when what makes them has changed.
function prepare(folder) {
  const sources = ['prepare.mjs', 'package-lock.json'].map((name) => readFileSync(path.join(here, name)));
  const hash = createHash('sha256').update(Buffer.concat(sources)).digest('hex');
  const stamp = path.join(folder, '.stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  say('preparing the data of 250 countries and 135,233 cities');
  run(process.execPath, path.join(here, 'prepare.mjs'), folder);
  writeFileSync(stamp, hash);
}

// The project with its database. It is kept for the next time, with what you did to it, unless the schema changed.
function create(project, data) {
  const schema = readFileSync(path.join(here, 'schema.zmodel'), 'utf8');
  const copy = path.join(project, 'schema.zmodel');
  const complete = path.join(project, '.imported');
  if (existsSync(complete) && readFileSync(copy, 'utf8') === schema) return;
  say('creating build/demo and importing');
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  for (const name of ['schema.zmodel', 'trivet.toml']) cpSync(path.join(here, name), path.join(project, name));
  run(trivet, 'db', 'push', project);
  const load = (model, file, ...more) =>
    run(trivet, 'import', model, path.join(data, file), '--project', project, ...more);
  load('Language', 'languages.ndjson');
  load('Currency', 'currencies.ndjson');
  load('Country', 'countries.ndjson');
  load('Country', 'borders.ndjson', '--upsert');
  load('City', 'cities.ndjson');
  writeFileSync(complete, '');
}

async function serve(project, listen) {
  const portFile = path.join(project, '.port');
  rmSync(portFile, { force: true });
  const words = ['dev', project, '--listen', listen, '--port-file', portFile];
  const server = spawn(trivet, words, { stdio: ['ignore', 'inherit', 'inherit'] });
  server.on('error', (error) => { throw error; });
  for (let tries = 0; tries < 1000 && server.exitCode === null; ++tries) {
    const port = existsSync(portFile) ? readFileSync(portFile, 'utf8').trim() : '';
    if (port && await ready(port)) return { server, port };
    await delay(20);
  }
  process.stderr.write('demo: the server did not come up\n');
  process.exit(1);
}

const ready = (port) =>
  fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok, () => false);

function explain(url) {
  const text = lines(url).flatMap((line) => [`# ${line.title}`, line.curl, '']);
  process.stdout.write(`${text.join('\n')}\nThe project is build/demo: change its schema and watch.\n\n`);
}

function check(url) {
  let failed = 0;
  for (const line of lines(url)) {
    const done = spawnSync('sh', ['-c', line.curl], { encoding: 'utf8' });
    const good = done.status === 0 && line.expect.test(done.stdout.trim());
    process.stdout.write(`${good ? 'ok  ' : 'FAIL'} ${line.title}\n`);
    if (!good) {
      failed += 1;
      process.stdout.write(`     ${line.curl}\n     answered: ${done.stdout.slice(0, 2000)}${done.stderr}\n`);
    }
  }
  return failed;
}

// The check has a project of its own, so that it never meets what you did to the demo's.
const data = path.join(root, 'build/demo-data');
const project = path.join(root, options.check ? 'build/demo-check' : 'build/demo');
prepare(data);
if (options.check) rmSync(project, { recursive: true, force: true });
create(project, data);
const { server, port } = await serve(project, options.check ? '127.0.0.1:0' : `127.0.0.1:${options.port}`);
const url = `http://127.0.0.1:${port}`;
if (options.check) {
  const failed = check(url);
  server.kill('SIGTERM');
  const code = await new Promise((resolve) => server.on('exit', (status) => resolve(status)));
  if (code !== 0) process.stdout.write(`FAIL the server exits 0 when told to stop, and not ${code}\n`);
  process.exit(failed === 0 && code === 0 ? 0 : 1);
}
explain(url);
process.on('SIGINT', () => {});
process.on('SIGTERM', () => server.kill('SIGTERM'));
server.on('exit', (status) => process.exit(status ?? 1));
