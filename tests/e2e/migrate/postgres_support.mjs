// Projects on a PostgreSQL server of the tests' own, and Prisma's schema engine on their databases as an oracle.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { folder, must, run } from '../cli/support.mjs';
import { startServer } from '../postgres/server.mjs';
import { engineClass, migrationsList } from './prisma.mjs';

export { isInstalled } from '../postgres/server.mjs';
export const datasource = 'datasource db {\n  provider = "postgresql"\n}\n\n';

// A server until all tests of the file are through. Its make() gives a new, empty database.
export async function startDatabases(after) {
  const server = await startServer({ after });
  // No test cuts the power.
  server.sql('ALTER SYSTEM SET fsync = off');
  server.sql('SELECT pg_reload_conf()');
  let made = 0;
  server.at = (name, user = 'postgres') => `postgres://${user}@127.0.0.1:${server.port}/${name}`;
  server.make = () => {
    const name = `d${++made}`;
    query(server.at('postgres'), `CREATE DATABASE ${name}`);
    return server.at(name);
  };
  return server;
}

// Rows as lists of texts.
export function query(url, text) {
  const words = ['-X', '-q', '-A', '-t', '-F', '|', '-v', 'ON_ERROR_STOP=1', '-d', url];
  const done = spawnSync('psql', words, { input: text, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout.split('\n').filter((line) => line !== '').map((line) => line.split('|'));
}

export const value = (url, text) => query(url, text)[0]?.[0];

export function postgresProject(test, url, models, more = {}) {
  const made = folder(test);
  const at = (...parts) => path.join(made, ...parts);
  const env = { ...process.env, TRIVET_DATABASE_URL: url, ...more };
  const project = {
    folder: made, at, url, env, migrations: at('migrations'), schema: '',
    write(text) {
      project.schema = datasource + text;
      writeFileSync(at('schema.zmodel'), project.schema);
    },
    add(name, script) {
      mkdirSync(at('migrations', name), { recursive: true });
      writeFileSync(at('migrations', name, 'migration.sql'), script);
    },
    run: (...words) => run(['migrate', ...words], { cwd: made, env }),
    must: (...words) => must(['migrate', ...words], { cwd: made, env }),
    json: (...words) => JSON.parse(run(['migrate', ...words, '--json'], { cwd: made, env }).stdout),
    names: () => readdirSync(at('migrations'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
      .map((entry) => entry.name).sort(),
    read: (name, file = 'migration.sql') => readFileSync(at('migrations', name, file), 'utf8'),
    sql: (text) => query(url, text),
    value: (text) => value(url, text),
    // [name, state] of each record.
    history: () => query(url, "SELECT migration_name, CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back' WHEN finished_at IS NOT "
      + "NULL THEN 'applied' ELSE 'failed' END FROM _prisma_migrations ORDER BY started_at"),
  };
  if (models !== undefined) project.write(models);
  return project;
}

// The driver's numbers of column types, by PostgreSQL's; arrays are of the number and 64 more.
const plain = { 16: 5, 17: 13, 18: 6, 20: 1, 21: 0, 23: 0, 26: 1, 114: 11, 700: 2, 701: 3, 1114: 10, 1184: 10, 1700: 4, 3802: 11 };
const lists = { 22: 0, 1000: 5, 1002: 6, 1003: 7, 1005: 0, 1007: 0, 1009: 7, 1015: 7, 1016: 1, 1028: 1 };
const typeOf = (oid) => (oid in lists ? lists[oid] + 64 : plain[oid] ?? 7);

function cell(text, oid) {
  if (text === null) return null;
  const type = typeOf(oid);
  if (type >= 64) {
    const inner = oid === 22 ? text.split(' ').filter((item) => item !== '') : pg.types.getTypeParser(1009)(text);
    return inner.map((item) => (type === 64 ? Number(item) : item));
  }
  if (type === 5) return text === 't';
  if (type === 0 || type === 2 || type === 3) return Number(text);
  if (type === 10) return new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();
  return text;
}

function connection(client) {
  const errors = [];
  const guard = (work) => async (...given) => {
    try {
      return { ok: true, value: await work(...given) };
    } catch (error) {
      const id = errors.push({ error }) - 1;
      const known = { kind: 'postgres', code: error.code ?? 'N/A', severity: error.severity ?? 'ERROR', message: error.message,
        detail: error.detail, column: error.column, hint: error.hint };
      return { ok: false, error: { id, originalCode: error.code, originalMessage: error.message, ...known } };
    }
  };
  const raw = { getTypeParser: () => (text) => text };
  return {
    provider: 'postgres', adapterName: 'pg', errorRegistry: { consumeError: (id) => errors[id] },
    queryRaw: guard(async ({ sql, args }) => {
      const { fields, rows } = await client.query({ text: sql, values: args, rowMode: 'array', types: raw });
      return {
        columnNames: fields.map((field) => field.name), columnTypes: fields.map((field) => typeOf(field.dataTypeID)),
        rows: rows.map((row) => row.map((text, i) => cell(text, fields[i].dataTypeID))),
      };
    }),
    executeRaw: guard(async ({ sql, args }) => (await client.query(args.length > 0 ? { text: sql, values: args } : sql)).rowCount ?? 0),
    executeScript: guard(async (script) => { await client.query(script); }),
    getConnectionInfo: () => ({ ok: true, value: { schemaName: 'public', supportsRelationJoins: true } }),
    dispose: guard(() => client.end()),
    startTransaction: guard(() => ({})),
  };
}

const noFilters = { externalTables: [], externalEnums: [] };

// As prisma() of prisma.mjs, on a database's url.
export async function prisma(server, url, migrations, schema) {
  const SchemaEngine = await engineClass;
  const files = (content) => [{ path: 'schema.prisma', content }];
  const clients = [];
  const open = async (place) => {
    const client = new pg.Client(place);
    client.on('error', () => {});
    await client.connect();
    clients.push(client);
    return { ok: true, value: connection(client) };
  };
  const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => {}, {
    provider: 'postgres', adapterName: 'pg', errorRegistry: { consumeError: () => undefined },
    connect: async () => open(url), connectToShadowDb: async () => open(server.make()),
  });
  const list = () => ({ migrationsList: migrationsList(migrations), filters: noFilters });
  return {
    apply: async () => (await engine.applyMigrations(list())).appliedMigrationNames,
    diagnose: () => engine.diagnoseMigrationHistory({ ...list(), optInToShadowDatabase: true }),
    devAction: async () => (await engine.devDiagnostic(list())).action,
    script: async (from, to) => (await engine.diff({
      from: from === '' ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: files(from) },
      to: { tag: 'schemaDatamodel', files: files(to) }, script: true, exitCode: null, shadowDatabaseUrl: null, filters: noFilters,
    })).stdout,
    close: async () => {
      engine.free();
      for (const client of clients) await client.end().catch(() => {});
    },
  };
}

// All that a layout says, in a form that two databases can be compared by.
export const layout = (url) => query(url, `SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
  AND c.relname <> '_prisma_migrations' ORDER BY 2, 3;
  SELECT 'index', pg_get_indexdef(x.indexrelid) FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid WHERE c.relnamespace =
  'public'::regnamespace AND c.relname <> '_prisma_migrations' ORDER BY 2;
  SELECT 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> '_prisma_migrations' ORDER BY 2, 3;
  SELECT 'enum', t.typname, string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
  GROUP BY 2 ORDER BY 2;`).map((row) => row.join(' '));
