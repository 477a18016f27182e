// Prisma's own introspection: its schema engine, compiled to wasm, over node:sqlite.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const folder = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
const glue = await import(path.join(folder, 'schema_engine_bg.js'));
const { instance } = await WebAssembly.instantiate(
  readFileSync(path.join(folder, 'schema_engine_bg.wasm')), { './schema_engine_bg.js': glue });
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start?.();

const ok = (value) => ({ ok: true, value });
// The engine's numbers of types: 64-bit integer, double, text, bytes.
const typeOf = (value) => ({ bigint: 1, number: Number.isInteger(value) ? 1 : 3, string: 7 })[typeof value] ?? 13;

function adapterOf(database) {
  const errorRegistry = { consumeError: () => undefined };
  const connection = {
    provider: 'sqlite', adapterName: 'node:sqlite', errorRegistry,
    queryRaw: async ({ sql, args }) => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      const columnNames = statement.columns().map((column) => column.name);
      const rows = statement.all(...args);
      const columnTypes = columnNames.map((_, i) => {
        const row = rows.find((candidate) => candidate[i] !== null);
        return row === undefined ? 7 : typeOf(row[i]);
      });
      return ok({ columnNames, columnTypes, rows });
    },
    executeRaw: async ({ sql, args }) => ok(database.prepare(sql).run(...args).changes),
    executeScript: async (sql) => { database.exec(sql); return ok(undefined); },
    getConnectionInfo: () => ok({ supportsRelationJoins: false }),
    dispose: async () => ok(undefined),
    startTransaction: async () => ok({}),
  };
  const connect = async () => ok(connection);
  return { provider: 'sqlite', adapterName: 'node:sqlite', errorRegistry, connect, connectToShadowDb: connect };
}

// The script that Prisma makes of a schema for PostgreSQL. It asks the connection for the server's version alone.
export async function postgresScript(content) {
  const errorRegistry = { consumeError: () => undefined };
  const connection = {
    provider: 'postgres', adapterName: 'none', errorRegistry,
    queryRaw: async () => ok({ columnNames: ['v', 'n'], columnTypes: [7, 0], rows: [['PostgreSQL 15.3', 150003]] }),
    executeRaw: async () => ok(0), executeScript: async () => ok(undefined),
    getConnectionInfo: () => ok({ schemaName: 'public', supportsRelationJoins: false }),
    dispose: async () => ok(undefined), startTransaction: async () => ok({}),
  };
  const connect = async () => ok(connection);
  const adapter = { provider: 'postgres', adapterName: 'none', errorRegistry, connect, connectToShadowDb: connect };
  const engine = await glue.SchemaEngine.new({ datamodels: [['schema.prisma', content]] }, () => {}, adapter);
  const { stdout } = await engine.diff({
    from: { tag: 'empty' }, to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] }, script: true,
    exitCode: null, shadowDatabaseUrl: null, filters: { externalTables: [], externalEnums: [] },
  });
  return stdout;
}

// The engine quotes names in places where SQLite wants texts.
export function openDatabase(file, script) {
  const database = new DatabaseSync(file, { enableDoubleQuotedStringLiterals: true });
  if (script) database.exec(script);
  return database;
}

// The schema that Prisma writes for a database.
export async function introspect(database) {
  const content = 'generator c {\n  provider        = "prisma-client"\n  previewFeatures = ["views"]\n}\n\n'
    + 'datasource db {\n  provider = "sqlite"\n}\n';
  const files = [{ path: 'schema.prisma', content }];
  const engine = await glue.SchemaEngine.new({ datamodels: [['schema.prisma', content]] }, () => {}, adapterOf(database));
  const { schema } = await engine.introspect(
    { schema: { files }, baseDirectoryPath: '/', force: false, compositeTypeDepth: 0, namespaces: null });
  return schema.files[0].content;
}
