// Projects with users, served by the real binary on SQLite or PostgreSQL, and their real client.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, json, must, serve } from '../cli/support.mjs';
import { isInstalled, startServer } from '../postgres/server.mjs';

export const schema = (provider) => `datasource db {
  provider = "${provider}"
}
model Profile {
  id   String @id
  nick String?
  @@auth
  @@allow('all', auth().id == id)
}
`;

export const quiet = { auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false } };
let numbers = 0;
export const address = () => `user${++numbers}@example.com`;

// A project whose database is what `databaseUrl` names, or a file; served by `command`. `models` gives its schema.
export async function start(t, { databaseUrl, command = 'serve', auth = '', models = schema }) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), models(databaseUrl ? 'postgresql' : 'sqlite'));
  const database = databaseUrl ? `[database]\nurl = "${databaseUrl}"\n` : '';
  writeFileSync(path.join(made, 'trivet.toml'), `${database}[auth]\nenabled = true\nmail_interval = "0s"\n${auth}`,
    { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const server = await serve(t, [command, made, '--listen', '127.0.0.1:0']);
  const client = (key = keys.publishable_key, options = quiet) => createClient(server.url, key, options);
  const call = (route, body, headers = {}) => json(`${server.url}/auth/v1${route}`, {
    method: body === undefined ? 'GET' : 'POST', body: body && JSON.stringify(body), redirect: 'manual',
    headers: { apikey: keys.publishable_key, 'X-Supabase-Api-Version': '2024-01-01', ...headers },
  });
  // Where a link of a mail leads.
  const follow = async (link) => {
    const answer = await fetch(server.url + link.slice(link.indexOf('/auth/v1')), { redirect: 'manual' });
    return answer.headers.get('location');
  };
  const mails = async () => (await json(`${server.url}/_/mail`, { headers: { Accept: 'application/json' } })).body;
  return { made, keys, server, client, follow, admin: client(keys.secret_key).auth.admin, call, mails };
}

export async function ok(answer) {
  const { data, error } = await answer;
  assert.equal(error, null, JSON.stringify(error));
  return data;
}
export async function fails(answer, code, status) {
  const { error } = await answer;
  assert.equal(error?.code, code, JSON.stringify(error));
  if (status) assert.equal(error.status, status);
}
export const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

// Each journey, called with a test and the URL of a database (none: SQLite), as a test of its own.
export function onBoth(name, journeys) {
  test(`${name} on SQLite`, async (t) => {
    for (const [part, journey] of Object.entries(journeys)) await t.test(part, (inner) => journey(inner));
  });
  test(`${name} on PostgreSQL`, { skip: isInstalled ? false : 'the package postgresql-15 is not installed' }, async (t) => {
    const database = await startServer(t);
    for (const [part, journey] of Object.entries(journeys)) {
      database.sql(`CREATE DATABASE "${part}"`);
      await t.test(part, (inner) => journey(inner, database.url.replace(/postgres$/, part)));
    }
  });
}
