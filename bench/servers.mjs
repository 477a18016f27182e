// The servers that are measured beside Trivet, each on its own copy of the same data file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import os from 'node:os';
import path from 'node:path';
import { free_port } from './measure.mjs';

const here = import.meta.dirname;
export const bin = process.env.TRIVET_BIN ?? path.resolve(here, '../build/bin');
export const cores = os.availableParallelism();

// Each entry says how to start it: program and words, given the project's folder and a port.
export const servers = {
  canned: {
    title: 'canned answer',
    command: (folder, port) => [path.join(bin, 'canned'), '--port', port, '--threads', cores],
    answers: false,
  },
  bare: {
    title: 'bare loop',
    command: (folder, port) =>
      [path.join(bin, 'bare_loop'), '--port', port, '--threads', cores, '--db', path.join(folder, 'atlas.db')],
  },
  trivet: {
    title: 'Trivet',
    command: (folder, port) =>
      [path.join(bin, 'trivet'), 'serve', folder, '--listen', `127.0.0.1:${port}`, '--log-level', 'warning'],
  },
  fastify: {
    title: 'Fastify',
    command: (folder, port) =>
      [process.execPath, path.join(here, 'fastify/server.mjs'), path.join(folder, 'atlas.db'), port, cores],
  },
  flask: {
    title: 'Flask',
    command: (folder, port) => ['gunicorn', '--chdir', path.join(here, 'flask'), '--workers', cores, '--threads', '8',
      '--keep-alive', '30', '--bind', `127.0.0.1:${port}`, '--log-level', 'error', 'app:app'],
  },
};

// A fresh copy of the project for one server.
export function copy(project, name) {
  const folder = path.join(path.dirname(project), `run-${name}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(project, folder, { recursive: true });
  return folder;
}

function launch(server, folder, port) {
  const [program, ...words] = server.command(folder, port).map(String);
  const env = { ...process.env, ATLAS_DB: path.join(folder, 'atlas.db') };
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'inherit'], env });
  const exited = once(child, 'exit');
  return { child, stop: async () => { child.kill('SIGTERM'); await exited; } };
}

// One try of a bare socket: a client library would take longer than the server.
const answers = (port, probe) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => socket.write(`GET ${probe} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
  socket.once('data', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => resolve(false));
  socket.once('close', () => resolve(false));
});

async function first_answer(server, child, port, probe) {
  const began = performance.now();
  while (!await answers(port, probe)) {
    if (child.exitCode !== null) throw new Error(`${server.title} did not start`);
    if (performance.now() - began > 20_000) throw new Error(`${server.title} does not answer`);
    await delay(1);
  }
}

// Starts a server and waits for its first answer. → { pid, port, stop() }
export async function start(server, folder, probe) {
  const port = await free_port();
  const { child, stop } = launch(server, folder, port);
  try {
    await first_answer(server, child, port, probe);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid, port, stop };
}

// Milliseconds from starting the process to its first answer: the middle of several starts.
export async function cold_start(server, folder, probe, rounds = 11) {
  const times = [];
  for (let round = 0; round < rounds; ++round) {
    const port = await free_port();
    const began = performance.now();
    const { child, stop } = launch(server, folder, port);
    try {
      await first_answer(server, child, port, probe);
      times.push(performance.now() - began);
    } finally {
      await stop();
    }
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)];
}
