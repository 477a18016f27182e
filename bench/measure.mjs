// Measuring a process tree from outside: processor time and memory from /proc, load from wrk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

const ticks = 100; // of /proc/PID/stat a second, on every Linux of today
const here = import.meta.dirname;

const read = (file) => { try { return readFileSync(file, 'utf8'); } catch { return ''; } };

// The process and all below it.
export function tree(pid) {
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = read(`/proc/${name}/stat`).split(') ')[1]?.split(' ')[1];
    if (parent) children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)]);
  }
  const found = [];
  const add = (one) => { found.push(one); (children.get(one) ?? []).forEach(add); };
  add(pid);
  return found;
}

// Seconds of processor time, user and system, of a process tree and of its processes that have ended.
export function cpu_seconds(pid) {
  let sum = 0;
  for (const one of tree(pid)) {
    const fields = read(`/proc/${one}/stat`).split(') ')[1]?.split(' ');
    if (fields) sum += fields.slice(11, 15).reduce((all, one) => all + Number(one), 0);
  }
  return sum / ticks;
}

function memory_mib(pid, what) {
  let kib = 0;
  const line = new RegExp(`${what}:\\s+(\\d+)`);
  for (const one of tree(pid)) kib += Number(read(`/proc/${one}/status`).match(line)?.[1] ?? 0);
  return kib / 1024;
}
export const rss_mib = (pid) => memory_mib(pid, 'VmRSS');
export const peak_mib = (pid) => memory_mib(pid, 'VmHWM');

export async function free_port() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

// Runs a command to its end and tells how long it took and the most memory that it held.
export async function timed(program, words, options = {}) {
  const began = process.hrtime.bigint();
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
  let peak = 0;
  const watch = setInterval(() => { peak = Math.max(peak, peak_mib(child.pid)); }, 10);
  const [status] = await once(child, 'exit');
  clearInterval(watch);
  if (status !== 0) throw new Error(`${path.basename(program)} ${words.join(' ')}: exit code ${status}`);
  return { seconds: Number(process.hrtime.bigint() - began) / 1e9, peak_mib: peak };
}

// Loads a server for some seconds and tells requests per second, latency, and the server's processor time a request.
export async function load({ pid, port, work, seconds, connections = work.connections, folder }) {
  const file = path.join(folder, `${work.name}.requests`);
  writeFileSync(file, [...(work.body ? [JSON.stringify(work.body)] : []), ...work.paths].join('\n') + '\n');
  const threads = Math.min(2, connections);
  const script = path.join(here, 'wrk.lua');
  const words = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, '-s', script, `http://127.0.0.1:${port}`];
  const before = cpu_seconds(pid);
  const env = { ...process.env, TRIVET_REQUESTS: file };
  const child = spawn('wrk', words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (text) => { output += text; });
  await once(child, 'close');
  const used = cpu_seconds(pid) - before;
  const result = JSON.parse(output.split('\n').find((line) => line.startsWith('{')) ?? 'null');
  if (!result || result.requests === 0) throw new Error(`wrk got no answer:\n${output}`);
  return {
    ...result,
    rate: result.requests / result.seconds,
    cpu_us: (used / result.requests) * 1e6,
    cores: used / result.seconds,
    rss_mib: rss_mib(pid),
  };
}
