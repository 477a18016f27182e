// ./dev bench postgresql: measures Trivet on PostgreSQL beside pgbench, the same SQL in a bare libpq pipeline loop, and
// hand-written servers, all on the atlas data in one database server, which shares the cores with everything.
//   --seconds N  of each measurement (5)   --only NAMES  of servers: trivet,fastify,express   --works NAMES  key,page,embed,insert
// Prints tables and what was to be reached; all numbers are also in build/bench/postgresql.json.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { program, startServer } from '../../tests/e2e/postgres/server.mjs';
import { cpu_seconds, load, timed } from '../measure.mjs';
import { number, print_goals, table } from '../report.mjs';
import { bin, cores, start } from '../servers.mjs';
import { same_answers, works } from '../works.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const atlas = path.join(root, 'examples/atlas');
const bench = path.join(root, 'build/bench');
const project = path.join(bench, 'atlas-postgresql');
const trivet = path.join(bin, 'trivet');
const peers = path.join(import.meta.dirname, 'peers');
const connections = 4 * cores; // to the database, of each server; Trivet's default is 4 of each thread
const { values: options } = parseArgs({
  options: { seconds: { type: 'string', default: '5' }, only: { type: 'string' }, works: { type: 'string' }, help: { type: 'boolean' } },
});
if (options.help) {
  process.stdout.write(readFileSync(import.meta.filename, 'utf8').split('\n').slice(0, 4).join('\n') + '\n');
  process.exit(0);
}
const seconds = Number(options.seconds);
const say = (text) => process.stderr.write(`\x1b[1m== ${text}\x1b[0m\n`);

const per_process = Math.max(1, Math.floor(connections / cores));
const peer = (file) => (url, port) => [process.execPath, path.join(peers, file), url, port, cores, per_process];
const servers = {
  trivet: {
    title: 'Trivet',
    command: (url, port) => [trivet, 'serve', project, '--listen', `127.0.0.1:${port}`, '--log-level', 'warning'],
  },
  fastify: { title: 'Fastify, pg', command: peer('fastify.mjs') },
  express: { title: 'Express, Prisma', command: peer('express.mjs') },
};
const chosen = options.only?.split(',') ?? Object.keys(servers);

async function create(database) {
  const data = path.join(bench, 'data');
  spawnSync(process.execPath, [path.join(atlas, 'prepare.mjs'), data], { stdio: 'inherit' });
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  const schema = readFileSync(path.join(atlas, 'schema.zmodel'), 'utf8');
  const there = schema.replace('provider = "sqlite"', 'provider = "postgresql"').replace(/\n\s*url\s*=.*/, '');
  writeFileSync(path.join(project, 'schema.zmodel'), there);
  writeFileSync(path.join(project, 'trivet.toml'), `[database]\nurl = "${database.url}"\n`, { mode: 0o600 });
  await timed(trivet, ['keys', project]);
  await timed(trivet, ['db', 'push', project]);
  const load_file = (model, file, ...more) =>
    timed(trivet, ['import', model, path.join(data, file), '--project', project, ...more]);
  await load_file('Language', 'languages.ndjson');
  await load_file('Currency', 'currencies.ndjson');
  await load_file('Country', 'countries.ndjson');
  await load_file('Country', 'borders.ndjson', '--upsert');
  const cities = await load_file('City', 'cities.ndjson');
  database.sql('VACUUM ANALYZE');
  return { ...cities, rate: 135233 / cities.seconds };
}

const sql_value = (database, text) => database.sql(text).stdout.trim();
const count_cities = (database) => Number(sql_value(database, 'SELECT count(*) FROM cities'));

// A command that measures by itself, and the processor time that it and the database took.
async function foreign(database, command, words) {
  const before = cpu_seconds(database.child.pid);
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let client = 0;
  child.stdout.on('data', (text) => { output += text; });
  const watch = setInterval(() => { client = Math.max(client, cpu_seconds(child.pid)); }, 20);
  const [status] = await once(child, 'close');
  clearInterval(watch);
  if (status !== 0) throw new Error(`${path.basename(command)}: exit code ${status}`);
  return { output, client, database: cpu_seconds(database.child.pid) - before };
}

// pgbench's own read of one row by key.
async function pgbench(database, clients) {
  const place = ['-h', '127.0.0.1', '-p', String(database.port), '-U', 'postgres'];
  const words = ['-S', '-n', '-M', 'prepared', '-c', String(clients), '-j', String(cores), '-T', String(seconds)];
  const found = await foreign(database, program('pgbench'), [...words, ...place, 'pgbench']);
  const rate = Number(found.output.match(/tps = ([\d.]+)/)[1]);
  const requests = Number(found.output.match(/actually processed: (\d+)/)[1]);
  return { title: `pgbench -S, ${clients} clients`, rate, cpu_us: found.client / requests * 1e6,
    database_us: found.database / requests * 1e6 };
}

// What Trivet sends for each path: the server's own log tells.
async function statements_of(database, port, paths) {
  database.sql("ALTER SYSTEM SET log_statement = 'all'");
  database.sql('SELECT pg_reload_conf()');
  await delay(300);
  const found = [];
  for (const one of paths) {
    const from = database.log.length;
    await (await fetch(`http://127.0.0.1:${port}${one}`)).text();
    let match;
    for (let tries = 0; !match && tries < 100; ++tries) {
      await delay(5);
      match = database.log.slice(from).match(/execute \S+: ((?:SELECT|WITH)[^]*?)\n.*DETAIL:\s+parameters: (.*)\n/i);
    }
    if (!match) throw new Error(`no statement in the log for ${one}:\n${database.log.slice(from)}`);
    found.push({ text: match[1].replace(/\s+/g, ' '), values: [...match[2].matchAll(/\$\d+ = '((?:[^']|'')*)'/g)].map((m) => m[1]) });
  }
  database.sql('ALTER SYSTEM RESET log_statement');
  database.sql('SELECT pg_reload_conf()');
  await delay(300);
  return found;
}

async function pipeline_loop(database, work, found) {
  const file = path.join(bench, `${work.name}.sql`);
  const text = found[0].text;
  const requests = found.filter((one) => one.text === text).map((one) => one.values.join('\t'));
  writeFileSync(file, [text, ...requests].join('\n') + '\n');
  const words = ['--url', database.url, '--requests', file, '--connections', connections, '--threads', cores,
    '--depth', Math.max(1, work.connections / connections), '--seconds', seconds].map(String);
  const { output, database: used } = await foreign(database, path.join(bin, 'pipeline_loop'), words);
  const result = JSON.parse(output);
  return { title: 'libpq pipeline, same SQL', rate: result.requests / result.seconds,
    cpu_us: result.cpu_seconds / result.requests * 1e6, database_us: used / result.requests * 1e6 };
}

async function measure_work(database, server, title, work) {
  await load({ ...server, work, seconds: 1, folder: bench });
  const rows = work.body ? count_cities(database) : 0;
  const before = cpu_seconds(database.child.pid);
  const result = await load({ ...server, work, seconds, folder: bench });
  const database_us = (cpu_seconds(database.child.pid) - before) / result.requests * 1e6;
  const lost = work.body ? Math.max(0, rows + result.requests - result.refused - count_cities(database)) : undefined;
  return { title, ...result, database_us, lost };
}

async function measure(database, name, all, reference) {
  say(servers[name].title);
  const server = await start(servers[name], database.url, all[0].paths[0]);
  const found = {};
  try {
    for (const work of all) {
      if (!work.body) await same_answers(name, server.port, work, reference);
      found[work.name] = await measure_work(database, server, servers[name].title, work);
      if (name === 'trivet' && (work.name === 'page' || work.name === 'embed')) {
        const statements = await statements_of(database, server.port, work.paths);
        found[`${work.name}_loop`] = await pipeline_loop(database, work, statements);
      }
    }
  } finally {
    await server.stop();
  }
  return found;
}

function print_one(work, results) {
  const rows = [
    ...(work.name === 'key' ? results.pgbench : []), results.trivet?.[`${work.name}_loop`],
    ...Object.keys(servers).map((name) => results[name]?.[work.name]),
  ].filter(Boolean).map((one) => [one.title, number(one.rate), number(one.cpu_us, 1), number(one.database_us, 1),
    number(one.p50_us / 1000, 2), number(one.p99_us / 1000, 2), number(one.rss_mib, 1), number(one.lost),
    number(one.refused + one.broken)]);
  const head = ['', 'req/s', 'CPU µs/req', 'database µs/req', 'p50 ms', 'p99 ms', 'RSS MiB', 'lost', 'errors'];
  process.stdout.write(`\n${work.title}, ${work.connections} connections\n${table(head, rows)}`);
}

function goals({ pgbench: peer_of_key, trivet: own, fastify, express }) {
  const fastest = Math.max(...peer_of_key.map((one) => one.rate));
  const per_cpu = (name, other) => other?.[name]?.cpu_us / own[name]?.cpu_us;
  const found = [
    ['one city by key: rate against pgbench', own.key?.rate / fastest, 'ge', 0.75, '×'],
    ['20 cities: rate against the pipeline loop', own.page?.rate / own.page_loop?.rate, 'ge', 0.7, '×'],
    ['a country with embeds: rate against the pipeline loop', own.embed?.rate / own.embed_loop?.rate, 'ge', 0.7, '×'],
    ['inserts: acknowledged and lost', own.insert?.lost, 'le', 0, ''],
  ];
  for (const name of ['key', 'page', 'embed', 'insert']) {
    found.push([`${name}: requests per CPU second against Fastify, pg`, per_cpu(name, fastify), 'ge', 2, '×']);
    found.push([`${name}: requests per CPU second against Express, Prisma`, per_cpu(name, express), 'ge', 4, '×']);
  }
  return found;
}

const ends = [];
mkdirSync(bench, { recursive: true });
say('starting PostgreSQL, creating and importing');
const database = await startServer({ after: (end) => ends.push(end) }, { shared_buffers: '256MB', max_connections: 100 });
try {
  const results = { seconds, import: await create(database) };
  say(`imported ${number(results.import.rate)} cities a second, ${number(results.import.peak_mib, 1)} MiB`);
  database.sql('CREATE DATABASE pgbench');
  const place = ['-h', '127.0.0.1', '-p', String(database.port), '-U', 'postgres', 'pgbench'];
  const made = spawnSync(program('pgbench'), ['-i', '-q', '-s', '10', ...place]);
  if (made.status !== 0) throw new Error(`pgbench -i: ${made.stderr}`);
  const step = Math.floor(135233 / 1000);
  const ids = sql_value(database, `SELECT id FROM cities WHERE id % ${step} = 0 ORDER BY id * 7919::bigint % 100003 LIMIT 1000`)
    .split('\n').map(Number);
  const all = works(ids).filter((work) => !options.works || options.works.split(',').includes(work.name));
  say('pgbench');
  results.pgbench = [await pgbench(database, connections), await pgbench(database, 32)];
  const reference = new Map();
  for (const name of chosen) results[name] = await measure(database, name, all, reference);
  for (const work of all) print_one(work, results);
  if (results.trivet) print_goals(goals(results));
  writeFileSync(path.join(bench, 'postgresql.json'), JSON.stringify(results, null, 2) + '\n');
} finally {
  for (const end of ends) await end();
}
