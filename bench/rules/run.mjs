// ./dev bench rules: the same rows with rules and tokens and without: what finding out who asks, and a rule on own fields, cost.
//   --seconds N  of each measurement (5)   --rounds N  in turn, the middle one counts (5)   --users N  who ask (1000)
// Prints tables and what was to be reached; all numbers are also in build/bench/rules.json.
import { createHmac } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { load, timed } from '../measure.mjs';
import { number, print_goals, table } from '../report.mjs';
import { bin, start } from '../servers.mjs';

const bench = path.resolve(import.meta.dirname, '../../build/bench');
const trivet = path.join(bin, 'trivet');
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '5' },
    users: { type: 'string', default: '1000' }, help: { type: 'boolean' },
  },
});
if (options.help) {
  process.stdout.write(readFileSync(import.meta.filename, 'utf8').split('\n').slice(0, 3).join('\n') + '\n');
  process.exit(0);
}
const seconds = Number(options.seconds);
const users = Number(options.users);
const notes = 100_000;
const user_id = (n) => `0189f7a4-7c3f-4a8e-9a52-${String(n).padStart(12, '0')}`;

const schema = (rule) => `datasource db {
  provider = "sqlite"
  url      = "file:./notes.db"
}
type Caller {
  id String
  @@auth
}
model Note {
  id      Int    @id
  owner   String
  title   String
  body    String
  written Int
  @@allow('read', ${rule})
  @@index([owner, written])
}
`;
const variants = {
  open: { title: 'no rule, no token', rule: 'true' },
  token: { title: 'no rule, a token', rule: 'true', has_token: true },
  rule: { title: 'auth().id == owner', rule: 'auth().id == owner', has_token: true },
};

// One copy of the data for each.
async function create() {
  const first = path.join(bench, 'rules-open');
  for (const name of Object.keys(variants)) rmSync(path.join(bench, `rules-${name}`), { recursive: true, force: true });
  mkdirSync(first, { recursive: true });
  writeFileSync(path.join(first, 'schema.zmodel'), schema(variants.open.rule));
  await timed(trivet, ['keys', first]);
  await timed(trivet, ['db', 'push', first]);
  const rows = Array.from({ length: notes }, (_, id) => JSON.stringify({
    id, owner: user_id(id % users), title: `Note ${id}`, body: 'What was to be remembered. '.repeat(3), written: (id * 7919) % notes,
  }));
  writeFileSync(path.join(bench, 'notes.ndjson'), rows.join('\n') + '\n');
  await timed(trivet, ['import', 'Note', path.join(bench, 'notes.ndjson'), '--project', first]);
  for (const [name, { rule }] of Object.entries(variants)) {
    const folder = path.join(bench, `rules-${name}`);
    if (name !== 'open') cpSync(first, folder, { recursive: true });
    writeFileSync(path.join(folder, 'schema.zmodel'), schema(rule));
  }
}

function tokens() {
  const file = readFileSync(path.join(bench, 'rules-open/.trivet/keys.toml'), 'utf8');
  const secret = /jwt_secret = "([^"]+)"/.exec(file)[1];
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const expires = Math.floor(Date.now() / 1000) + 3600;
  return Array.from({ length: users }, (_, n) => {
    const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: user_id(n), role: 'authenticated', exp: expires })}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  });
}

// What user n asks for: the same in each variant, and all of it hers.
const works = [
  { name: 'key', title: 'one note by its key', path: (n) => `/rest/v1/Note?id=eq.${n + users * (n % 90)}` },
  {
    name: 'page', title: 'the 20 newest notes of their owner',
    path: (n) => `/rest/v1/Note?owner=eq.${user_id(n)}&order=written.desc&limit=20`,
  },
];

async function same_answers(servers, all_tokens) {
  for (const work of works) {
    for (let n = 0; n < 20; ++n) {
      const answers = await Promise.all(Object.entries(servers).map(async ([name, { port }]) => {
        const headers = variants[name].has_token ? { Authorization: `Bearer ${all_tokens[n]}` } : {};
        return (await fetch(`http://127.0.0.1:${port}${work.path(n)}`, { headers })).text();
      }));
      if (answers.some((text) => text !== answers[0] || text.length < 10)) throw new Error(`answers differ: ${answers.join('\n')}`);
    }
  }
}

const middle = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

mkdirSync(bench, { recursive: true });
await create();
const all_tokens = tokens();
const servers = {};
const results = {};
try {
  for (const name of Object.keys(variants)) {
    const command = (folder, port) => [trivet, 'serve', folder, '--listen', `127.0.0.1:${port}`, '--log-level', 'warning'];
    servers[name] = await start({ title: name, command }, path.join(bench, `rules-${name}`), '/healthz');
  }
  await same_answers(servers, all_tokens);
  for (const work of works) {
    const found = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
    for (let round = 0; round <= Number(options.rounds); ++round) {
      for (const [name, server] of Object.entries(servers)) {
        const paths = Array.from({ length: users }, (_, n) =>
          work.path(n) + (variants[name].has_token ? `\t${all_tokens[n]}` : ''));
        const one = await load({
          ...server, seconds: round === 0 ? 1 : seconds, folder: bench,
          work: { name: `${work.name}-${name}`, connections: 32, paths },
        });
        if (one.refused + one.broken > 0) throw new Error(`${name}: ${one.refused + one.broken} errors`);
        if (round > 0) found[name].push(one.cpu_us);
      }
    }
    results[work.name] = Object.fromEntries(Object.entries(found).map(([name, values]) => [name, middle(values)]));
    const rows = Object.entries(results[work.name]).map(([name, cpu]) =>
      [variants[name].title, number(cpu, 2), number(cpu / results[work.name].open, 3)]);
    process.stdout.write(`\n${work.title}, 32 connections, ${users} users\n${table(['', 'CPU µs/req', '× open'], rows)}`);
  }
} finally {
  for (const server of Object.values(servers)) await server.stop();
}
print_goals(works.map((work) =>
  [`${work.title}: with a rule on own fields and a token`, results[work.name].rule / results[work.name].open, 'le', 1.15, '×']));
writeFileSync(path.join(bench, 'rules.json'), JSON.stringify(results, null, 2) + '\n');
