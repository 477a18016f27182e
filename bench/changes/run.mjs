// ./dev bench changes: what telling changes costs a write, how soon they are told on another node, and what many streams cost.
//   --seconds N  of each measurement (5)   --rounds N  in turn, the middle one counts (5)   --streams N  at once (500)
//   --only NAMES  of sqlite,postgresql,mysql
// Prints tables; all numbers are also in build/bench/changes.json.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { watch } from '../../tests/e2e/changes/events.mjs';
import * as mariadb from '../../tests/e2e/mysql/server.mjs';
import * as postgres from '../../tests/e2e/postgres/server.mjs';
import { cpu_seconds, load, rss_mib, timed } from '../measure.mjs';
import { number, table } from '../report.mjs';
import { bin, start } from '../servers.mjs';

const bench = path.resolve(import.meta.dirname, '../../build/bench');
const trivet = path.join(bin, 'trivet');
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '5' }, streams: { type: 'string', default: '500' },
    only: { type: 'string' }, help: { type: 'boolean' },
  },
});
if (options.help) {
  process.stdout.write(readFileSync(import.meta.filename, 'utf8').split('\n').slice(0, 4).join('\n') + '\n');
  process.exit(0);
}
const seconds = Number(options.seconds);
const connections = 32;
const writes = 200;  // of which the way to another node is timed

const model = (name, attribute) => `model ${name} {
  id   Int    @id @default(autoincrement())
  room String
  text String
  ${attribute}
  @@allow('all', true)
}
`;
const schema = (provider) => `datasource db { provider = "${provider}" }\n${model('Plain', '')}${model('Told', '@@realtime')}`;

const stores = {
  sqlite: { title: 'SQLite', provider: 'sqlite', url: (_, made) => `file:${made}/app.db` },
  postgresql: { title: 'PostgreSQL', provider: 'postgresql', server: postgres, url: (database) => database.url },
  mysql: { title: 'MariaDB', provider: 'mysql', server: mariadb, url: (database) => database.url },
};

const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const at = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

async function project(store, name, database) {
  const made = path.join(bench, `changes-${name}`);
  rmSync(made, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  writeFileSync(path.join(made, 'schema.zmodel'), schema(store.provider));
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${store.url(database, made)}"\n`, { mode: 0o600 });
  await timed(trivet, ['keys', made]);
  await timed(trivet, ['db', 'push', made]);
  return made;
}

const node = (made) => start({
  title: 'Trivet', command: (folder, port) => [trivet, 'serve', folder, '--listen', `127.0.0.1:${port}`, '--log-level', 'warning'],
}, made, '/healthz');

// Inserts into both tables in turn: processor time of the node and of the database for each.
async function writing(server, database) {
  const found = { Plain: [], Told: [] };
  for (let round = 0; round <= Number(options.rounds); ++round) {
    for (const name of Object.keys(found)) {
      const before = database ? cpu_seconds(database.child.pid) : 0;
      const work = { name: `changes-${name}`, connections, paths: [`/rest/v1/${name}`], body: { room: 'lobby', text: 'hello' } };
      const one = await load({ ...server, work, seconds: round === 0 ? 1 : seconds, folder: bench });
      if (one.refused + one.broken > 0) throw new Error(`${name}: ${one.refused + one.broken} errors`);
      const database_us = database ? (cpu_seconds(database.child.pid) - before) / one.requests * 1e6 : 0;
      if (round > 0) found[name].push({ rate: one.rate, cpu_us: one.cpu_us, database_us });
    }
  }
  const middles = (rows) => Object.fromEntries(['rate', 'cpu_us', 'database_us'].map((key) => [key, middle(rows.map((row) => row[key]))]));
  return Object.fromEntries(Object.entries(found).map(([name, rows]) => [name, middles(rows)]));
}

const insert = (server, room) => fetch(`http://127.0.0.1:${server.port}/rest/v1/Told`,
  { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ room, text: 'hello' }) });

// Milliseconds from a write's answer on one node to its event on another, writes one after another.
async function latency(t, one, other) {
  const stream = await watch(t, `http://127.0.0.1:${other.port}/rest/v1/Told?room=eq.timed`, {});
  const times = [];
  for (let i = 0; i < writes; ++i) {
    const answer = await insert(one, 'timed');
    if (!answer.ok) throw new Error(await answer.text());
    const began = performance.now();
    await stream.take(1);
    times.push(performance.now() - began);
  }
  stream.stop();
  return { p50: at(times, 0.5), p99: at(times, 0.99) };
}

// Processor time of a node for each event that it sends, with many streams of one table.
async function fan_out(t, one, other) {
  const idle = rss_mib(other.pid);
  const streams = await Promise.all(Array.from({ length: Number(options.streams) }, () =>
    watch(t, `http://127.0.0.1:${other.port}/rest/v1/Told?room=eq.fan`, {})));
  const before = cpu_seconds(other.pid);
  const rows = 100;
  for (let i = 0; i < rows; ++i) await insert(one, 'fan');
  await Promise.all(streams.map((stream) => stream.take(rows, 60_000)));
  const used = cpu_seconds(other.pid) - before;
  const memory = (rss_mib(other.pid) - idle) * 1024 / streams.length;
  for (const stream of streams) stream.stop();
  return { event_us: used / (rows * streams.length) * 1e6, stream_kib: memory };
}

async function measure(t, name) {
  const store = stores[name];
  const database = store.server ? await store.server.startServer(t) : undefined;
  const made = await project(store, name, database);
  const [one, other] = [await node(made), await node(made)];
  t.after(() => Promise.all([one.stop(), other.stop()]));
  return { writing: await writing(one, database), latency: await latency(t, one, other), fan_out: await fan_out(t, one, other) };
}

mkdirSync(bench, { recursive: true });
const results = {};
for (const name of options.only?.split(',') ?? Object.keys(stores)) {
  const { server, title } = stores[name];
  if (server && !server.isInstalled) {
    process.stderr.write(`${title} is not installed\n`);
    continue;
  }
  process.stderr.write(`\x1b[1m== ${title}\x1b[0m\n`);
  const ends = [];
  try {
    results[name] = await measure({ after: (end) => ends.push(end) }, name);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
const lines = Object.entries(results).flatMap(([name, { writing: { Plain, Told } }]) => [['', Plain], [', told', Told]].map(([what, one]) =>
  [stores[name].title + what, number(one.rate), number(one.cpu_us, 1), number(one.database_us, 1),
    number((one.cpu_us + one.database_us) / (Plain.cpu_us + Plain.database_us), 2)]));
process.stdout.write(`\nOne row written, ${connections} connections\n`);
process.stdout.write(table(['', 'req/s', 'CPU µs/req', 'database µs/req', '× plain'], lines));
const told = Object.entries(results).map(([name, { latency: time, fan_out: fan }]) => [stores[name].title, number(time.p50, 1),
  number(time.p99, 1), number(fan.event_us, 1), number(fan.stream_kib, 1)]);
process.stdout.write(`\nTold on another node: after the write's answer; and to ${options.streams} streams of one table\n`);
process.stdout.write(table(['', 'p50 ms', 'p99 ms', 'CPU µs/event', 'KiB/stream'], told));
writeFileSync(path.join(bench, 'changes.json'), JSON.stringify(results, null, 2) + '\n');
