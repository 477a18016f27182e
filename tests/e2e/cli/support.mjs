// Runs the real binary: $TRIVET_BIN is the folder that holds it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const trivet = path.join(process.env.TRIVET_BIN ?? path.join(root, 'build/bin'), 'trivet');

// A folder that is gone when the test is; at the latest with this process, where a server still writes there.
export function folder(test) {
  const made = mkdtempSync(path.join(os.tmpdir(), 'trivet-cli-'));
  const remove = () => rmSync(made, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  test.after(() => { try { remove(); } catch { process.once('exit', remove); } });
  return made;
}

export function run(words, options = {}) {
  return spawnSync(trivet, words, { encoding: 'utf8', ...options });
}

// Runs and insists on exit code 0.
export function must(words, options = {}) {
  const done = run(words, options);
  if (done.status !== 0) throw new Error(`trivet ${words.join(' ')}: ${done.status}\n${done.stderr}`);
  return done.stdout;
}

export function project(test) {
  const made = path.join(folder(test), 'shop');
  must(['init', made]);
  return made;
}

// Asks for something until it is there: the process is looked at, no time is assumed.
async function until(what, probe, child) {
  for (let tries = 0; tries < 3000; ++tries) {
    const found = await probe();
    if (found) return found;
    const ended = child.exitCode ?? child.signalCode;
    if (ended !== null) throw new Error(`${what}: the server ended with ${ended}\n${child.log}`);
    await delay(10);
  }
  throw new Error(`${what}: not in time\n${child.log}`);
}

// A server on a free port: {url, stop(signal) → exit code, child, log}.
export async function serve(test, words, options = {}) {
  const portFile = path.join(folder(test), 'port');
  const started = performance.now();
  const child = spawn(trivet, [...words, '--port-file', portFile], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  child.log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { child.log += text; });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)));
  test.after(() => { if (child.exitCode === null) child.kill('SIGKILL'); });
  const port = await until('port', () => existsSync(portFile) && readFileSync(portFile, 'utf8').trim(), child);
  return {
    url: `http://127.0.0.1:${port}`,
    child,
    startedMs: performance.now() - started,
    ended,
    stop: (signal = 'SIGTERM') => { child.kill(signal); return ended; },
    saw: (text) => until(text, () => child.log.includes(text), child),
  };
}

export async function json(url, options = {}) {
  const answer = await fetch(url, options);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text), text };
}

export const post = (body, headers = {}) => ({
  method: 'POST', body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', Prefer: 'return=representation', ...headers },
});

// GET over a unix socket.
export const getUnix = (socketPath, target) => get({ socketPath, path: target });

// GET over a connection of its own.
export const getFresh = (url, headers) => get(url, { headers, agent: false });

function get(...to) {
  return new Promise((resolve, reject) => {
    const request = http.request(...to, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    request.on('error', reject);
    request.end();
  });
}
