// What the tests on PostgreSQL share: a project on a server, and a load whose answers are all looked at.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { folder, json, must, post, serve } from '../cli/support.mjs';

// A project folder whose database is that server.
export function onPostgres(t, schema, url) {
  const made = folder(t);
  const text = schema.replace('provider = "sqlite"', 'provider = "postgresql"').replace(/\n\s*url\s*=.*/, '');
  writeFileSync(path.join(made, 'schema.zmodel'), text);
  writeFileSync(path.join(made, 'trivet.toml'), `[database]\nurl = "${url}"\n`, { mode: 0o600 });
  return made;
}

export const keysOf = (made) => JSON.parse(must(['keys', made, '--json']));

export const notes = `datasource db {
  provider = "sqlite"
}
model Note {
  id   Int    @id
  text String
  @@allow('all', true)
}
`;

// A served project of notes: {server, url, apikey}.
export async function serveNotes(t, database, settings = []) {
  const made = onPostgres(t, notes, database.url);
  const apikey = keysOf(made).publishable_key;
  must(['db', 'push', made]);
  const words = settings.flatMap((setting) => ['--set', setting]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', ...words]);
  return { server, url: `${server.url}/rest/v1/Note`, apikey };
}

// Writers and readers until stop(). Every answer comes within `longest` milliseconds and is about what was asked.
export function load(t, { server, url, apikey }, { writers = 8, readers = 4, longest, text = (id) => `note ${id}` }) {
  const answers = new Map();  // code → how often
  const acknowledged = [];
  let next = 0;
  let slowest = 0;
  let going = true;
  t.after(() => { going = false; });
  const ask = async (address, options) => {
    const started = performance.now();
    const answer = await json(address, options);
    const took = performance.now() - started;
    slowest = Math.max(slowest, took);
    assert.ok(took < longest, `${Math.round(took)} ms: ${answer.text.slice(0, 200)}`);
    const done = answer.status < 300;
    const code = done ? 'done' : `${answer.status} ${answer.body.code}`;
    answers.set(code, (answers.get(code) ?? 0) + 1);
    return done ? answer.body : undefined;
  };
  const write = async () => {
    while (going) {
      const id = ++next;
      const rows = await ask(url, post({ id, text: text(id) }, { apikey }));
      if (rows === undefined) continue;
      assert.deepEqual(rows, [{ id, text: text(id) }]);
      acknowledged.push(id);
    }
  };
  const read = async () => {
    for (let i = 0; going; ++i) {
      const id = acknowledged.length === 0 ? 0 : acknowledged[(i * 7919) % acknowledged.length];
      const rows = await ask(`${url}?id=eq.${id}`, { headers: { apikey } });
      if (rows !== undefined) assert.deepEqual(rows, id === 0 ? [] : [{ id, text: text(id) }]);
    }
  };
  const failed = [];
  const watched = (work) => work().catch((error) => { going = false; failed.push(error); });
  const running = [...Array(writers).fill(write), ...Array(readers).fill(read)].map(watched);
  const until = async (what, probe) => {
    for (let tries = 0; tries < 1500; ++tries) {
      if (failed.length > 0) throw failed[0];
      if (await probe()) return;
      await delay(20);
    }
    throw new Error(`${what}: not in time; ${JSON.stringify([...answers])}\n${server.child.log.slice(-4000)}`);
  };
  const more = (count) => {
    const goal = acknowledged.length + count;
    return until(`${count} more writes`, () => acknowledged.length >= goal);
  };
  // Ends it. What was acknowledged is stored, and what is stored was written.
  const stop = async (database) => {
    going = false;
    await Promise.all(running);
    if (failed.length > 0) throw failed[0];
    const stored = new Set(database.sql('SELECT id FROM "Note"').stdout.trim().split('\n').map(Number));
    assert.deepEqual(acknowledged.filter((id) => !stored.has(id)), []);
    assert.ok([...stored].every((id) => id >= 1 && id <= next));
    return { answers, slowest: Math.round(slowest) };
  };
  return { answers, acknowledged, until, more, stop };
}
