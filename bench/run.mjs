// ./dev bench: measures Trivet beside the machine's floor and hand-written servers, all on the atlas data.
//   --seconds N  of each measurement (5)     --only NAMES  of servers: canned,bare,trivet,fastify,flask
//   --works NAMES  key,page,embed,insert     --keep  the data of the last run (no import)     --help
// Prints tables and what was to be reached; all numbers are also in build/bench/results.json.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { load, rss_mib, timed } from './measure.mjs';
import { judge, print_work } from './report.mjs';
import { cold_start, copy, servers, start } from './servers.mjs';
import { same_answers, works } from './works.mjs';

const root = path.resolve(import.meta.dirname, '..');
const atlas = path.join(root, 'examples/atlas');
const bench = path.join(root, 'build/bench');
const project = path.join(bench, 'atlas');
const trivet = path.join(process.env.TRIVET_BIN ?? path.join(root, 'build/bin'), 'trivet');
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' }, only: { type: 'string' }, works: { type: 'string' },
    keep: { type: 'boolean' }, help: { type: 'boolean' },
  },
});
if (options.help) {
  process.stdout.write(readFileSync(import.meta.filename, 'utf8').split('\n').slice(0, 4).join('\n') + '\n');
  process.exit(0);
}
const seconds = Number(options.seconds);
const chosen = options.only?.split(',') ?? Object.keys(servers);
const say = (text) => process.stderr.write(`\x1b[1m== ${text}\x1b[0m\n`);

// The project with its data, made by `trivet import`, which is itself measured.
async function create() {
  const data = path.join(bench, 'data');
  if (!existsSync(path.join(data, 'cities.ndjson'))) {
    spawnSync(process.execPath, [path.join(atlas, 'prepare.mjs'), data], { stdio: 'inherit' });
  }
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  for (const name of ['schema.zmodel', 'trivet.toml']) cpSync(path.join(atlas, name), path.join(project, name));
  await timed(trivet, ['keys', project]);
  await timed(trivet, ['db', 'push', project]);
  const load_file = (model, file, ...more) =>
    timed(trivet, ['import', model, path.join(data, file), '--project', project, ...more]);
  await load_file('Language', 'languages.ndjson');
  await load_file('Currency', 'currencies.ndjson');
  await load_file('Country', 'countries.ndjson');
  await load_file('Country', 'borders.ndjson', '--upsert');
  const cities = await load_file('City', 'cities.ndjson');
  return { rows: 135233, ...cities, rate: 135233 / cities.seconds };
}

function sample_ids() {
  const db = new DatabaseSync(path.join(project, 'atlas.db'), { readOnly: true });
  const ids = db.prepare('SELECT id FROM cities WHERE rowid % 97 = 0 ORDER BY id * 7919 % 100003 LIMIT 1000').all();
  db.close();
  return ids.map((row) => row.id);
}

const count_cities = (folder) => {
  const db = new DatabaseSync(path.join(folder, 'atlas.db'), { readOnly: true });
  const { n } = db.prepare('SELECT count(*) AS n FROM cities').get();
  db.close();
  return n;
};

async function measure_insert(server, work, folder) {
  const before = count_cities(folder);
  const result = await load({ ...server, work, seconds, folder: bench });
  result.lost = Math.max(0, before + result.requests - result.refused - count_cities(folder));
  const alone = await load({ ...server, work, seconds: Math.min(seconds, 3), connections: 1, folder: bench });
  return { ...result, rate_of_one: alone.rate };
}

async function measure(name, all, reference) {
  say(`${servers[name].title}`);
  const folder = copy(project, name);
  const start_ms = await cold_start(servers[name], folder, all[0].paths[0]);
  const server = await start(servers[name], folder, all[0].paths[0]);
  await delay(500);
  const found = { start_ms, idle_rss_mib: rss_mib(server.pid), works: {} };
  try {
    for (const work of all) {
      if (!work.body && servers[name].answers !== false) await same_answers(name, server.port, work, reference);
      await load({ ...server, work, seconds: 1, folder: bench });
      found.works[work.name] = work.body && servers[name].answers !== false
        ? await measure_insert(server, work, folder) : await load({ ...server, work, seconds, folder: bench });
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  return found;
}

mkdirSync(bench, { recursive: true });
const results = { seconds, import: null, servers: {} };
if (!options.keep) {
  say('creating and importing');
  results.import = await create();
}
const all = works(sample_ids()).filter((work) => !options.works || options.works.split(',').includes(work.name));
const reference = new Map();
for (const name of chosen) {
  try {
    results.servers[name] = await measure(name, all, reference);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
for (const work of all) print_work(work, results, servers);
judge(results);
writeFileSync(path.join(bench, 'results.json'), JSON.stringify(results, null, 2) + '\n');
