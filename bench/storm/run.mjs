// ./dev bench storm: what reads notice while everybody signs in at once.
//   --users N  who sign in at once (1000)   --rate N  reads a second, each sent at its time (500)   --seconds N  of each read (8)
// Reads are sent at their times whatever the answers do, so that waiting shows. Prints a table and what was to be reached; all
// numbers are also in build/bench/storm.json.
import { execFileSync, spawn } from 'node:child_process';
import http from 'node:http';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cpu_seconds, timed } from '../measure.mjs';
import { number, print_goals, table } from '../report.mjs';
import { bin, start } from '../servers.mjs';

const bench = path.resolve(import.meta.dirname, '../../build/bench');
const folder = path.join(bench, 'storm');
const trivet = path.join(bin, 'trivet');
const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '1000' }, rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '8' }, help: { type: 'boolean' },
  },
});
if (options.help) {
  process.stdout.write(readFileSync(import.meta.filename, 'utf8').split('\n').slice(0, 4).join('\n') + '\n');
  process.exit(0);
}
const users = Number(options.users);
const rate = Number(options.rate);
const seconds = Number(options.seconds);
const notes = 10_000;

const schema = `datasource db {
  provider = "sqlite"
  url      = "file:./storm.db"
}
model Note {
  id    Int    @id
  title String
  @@allow('read', true)
}
`;

const address = (n) => `user${n}@example.com`;

async function create() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'schema.zmodel'), schema);
  writeFileSync(path.join(folder, 'trivet.toml'), '[auth]\nenabled = true\nautoconfirm = true\nrate_burst = 100000\n');
  const { publishable_key } = JSON.parse(execFileSync(trivet, ['keys', folder, '--json'], { encoding: 'utf8' }));
  await timed(trivet, ['db', 'push', folder]);
  const rows = Array.from({ length: notes }, (_, id) => JSON.stringify({ id, title: `Note ${id}` }));
  writeFileSync(path.join(folder, 'notes.ndjson'), rows.join('\n') + '\n');
  await timed(trivet, ['import', 'Note', path.join(folder, 'notes.ndjson'), '--project', folder]);
  return publishable_key;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
const storm_agent = new http.Agent({ maxSockets: Infinity });

function ask(port, target, given, body) {
  const began = performance.now();
  return new Promise((resolve) => {
    const request = http.request({ port, host: '127.0.0.1', path: target, ...given }, (answer) => {
      let text = '';
      answer.on('data', (data) => { text += data; });
      answer.on('end', () => resolve({ status: answer.statusCode, text, ms: performance.now() - began }));
    });
    request.on('error', (error) => resolve({ status: 0, text: String(error), ms: performance.now() - began }));
    request.end(body);
  });
}

const post = (port, target, key, value) => ask(port, target, {
  method: 'POST', agent: storm_agent, headers: { apikey: key, 'Content-Type': 'application/json' },
}, JSON.stringify(value));

// Latencies from the moment at which each read was due.
async function reads(port, until) {
  const times = [];
  const under_way = [];
  const began = performance.now();
  for (let sent = 0; !until(performance.now() - began); ++sent) {
    const due = began + (sent * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    const target = `/rest/v1/Note?id=eq.${(sent * 7919) % notes}`;
    under_way.push(ask(port, target, { agent }).then((answer) => {
      if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
      times.push(performance.now() - due);
    }));
  }
  await Promise.all(under_way);
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.min(times.length - 1, Math.floor(times.length * part))];
  return { reads: times.length, p50_ms: at(0.5), p99_ms: at(0.99), most_ms: times.at(-1) };
}

mkdirSync(bench, { recursive: true });
const key = await create();
const command = (_, port) => [trivet, 'serve', folder, '--listen', `127.0.0.1:${port}`, '--log-level', 'error'];
const server = await start({ title: 'Trivet', command }, folder, '/healthz');
const results = {};
try {
  process.stderr.write(`${users} users sign up\n`);
  for (let n = 0; n < users; n += 50) {
    const made = await Promise.all(Array.from({ length: Math.min(50, users - n) }, (_, i) =>
      post(server.port, '/auth/v1/signup', key, { email: address(n + i), password: `secret of ${n + i}` })));
    const bad = made.find(({ status }) => status !== 200);
    if (bad) throw new Error(`sign-up: ${bad.status} ${bad.text}`);
  }
  await reads(server.port, (ms) => ms > 2000);
  results.idle = await reads(server.port, (ms) => ms > seconds * 1000);
  const cpu = cpu_seconds(server.pid);
  const began = performance.now();
  const storm = spawn(process.execPath, [path.join(import.meta.dirname, 'sign_in.mjs'), server.port, key, users],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  let counts = '';
  let over = false;
  storm.stdout.on('data', (text) => { counts += text; });
  storm.on('close', () => { over = true; });
  results.storm = await reads(server.port, () => over);
  const took = (performance.now() - began) / 1000;
  results.sign_ins = { counts: JSON.parse(counts), seconds: took, cpu_seconds: cpu_seconds(server.pid) - cpu };
} finally {
  agent.destroy();
  await server.stop();
}
const row = (title, one) => [title, String(one.reads), number(one.p50_ms, 2), number(one.p99_ms, 2), number(one.most_ms, 1)];
process.stdout.write(`\n${rate} reads by key a second\n${table(['', 'reads', 'p50 ms', 'p99 ms', 'most ms'],
  [row('nobody signs in', results.idle), row(`${users} sign in at once`, results.storm)])}`);
const { counts, seconds: took, cpu_seconds: used } = results.sign_ins;
const each = number((used / users) * 1000, 1);
process.stdout.write(`sign-ins: ${JSON.stringify(counts)} in ${number(took, 1)} s, ${each} ms of processor time each\n`);
print_goals([['p99 of plain reads while everybody signs in', results.storm.p99_ms / results.idle.p99_ms, 'le', 2, '×']]);
writeFileSync(path.join(bench, 'storm.json'), JSON.stringify(results, null, 2) + '\n');
