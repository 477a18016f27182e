// Prisma's own schema engine on a database file, as an oracle: its WebAssembly build over node's SQLite.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));
const noFilters = { externalTables: [], externalEnums: [] };

async function loadEngine() {
  const glue = await import(join(folder, 'schema_engine_bg.js'));
  const bytes = readFileSync(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return glue.SchemaEngine;
}
export const engineClass = loadEngine();

// The driver's numbers of column types.
const columnTypes = { INTEGER: 1, 'INTEGER UNSIGNED': 1, BIGINT: 1, REAL: 3, DECIMAL: 4, BOOLEAN: 5, DATETIME: 10, BLOB: 13 };

function resultSet(database, { sql, args }) {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  const columns = statement.columns();
  const rows = statement.all(...args);
  const types = columns.map((column, index) => {
    const declared = columnTypes[column.type?.toUpperCase()];
    if (declared !== undefined) return declared;
    return rows.some((row) => typeof row[index] === 'number') ? 1 : 7;
  });
  const cell = (value, index) => {
    if (types[index] === 10 && typeof value === 'number') return new Date(value).toISOString();
    return types[index] === 1 && value !== null ? String(value) : value;
  };
  return { columnNames: columns.map((column) => column.name), columnTypes: types, rows: rows.map((row) => row.map(cell)) };
}

// Errors go to the engine as numbers that it asks for again.
function connection(database) {
  const errors = [];
  const guard = (work) => async (...given) => {
    try {
      return { ok: true, value: work(...given) };
    } catch (error) {
      const id = errors.push({ error }) - 1;
      const known = { kind: 'sqlite', extendedCode: error.errcode ?? 1, message: error.message };
      return { ok: false, error: { id, originalCode: String(error.errcode ?? 1), originalMessage: error.message, ...known } };
    }
  };
  return {
    provider: 'sqlite', adapterName: 'node:sqlite', errorRegistry: { consumeError: (id) => errors[id] },
    queryRaw: guard((query) => resultSet(database, query)),
    // The engine sends whole scripts this way.
    executeRaw: guard(({ sql, args }) => {
      if (args.length > 0) return Number(database.prepare(sql).run(...args).changes);
      database.exec(sql);
      return 0;
    }),
    executeScript: guard((script) => database.exec(script)),
    getConnectionInfo: () => ({ ok: true, value: { supportsRelationJoins: false } }),
    dispose: guard(() => database.close()),
    startTransaction: guard(() => ({})),
  };
}

// The folder as the engine gets it.
export function migrationsList(baseDir) {
  const names = existsSync(baseDir) ? readdirSync(baseDir, { withFileTypes: true }) : [];
  const lock = join(baseDir, 'migration_lock.toml');
  return {
    baseDir, shadowDbInitScript: '',
    lockfile: { path: 'migration_lock.toml', content: existsSync(lock) ? readFileSync(lock, 'utf8') : null },
    migrationDirectories: names.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort().map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql', content: { tag: 'ok', value: readFileSync(join(baseDir, name, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

// {apply, diagnose, devAction, script, markApplied, markRolledBack, close} of one database and folder. Until it is closed
// it may hold the database for itself.
export async function prisma(file, migrations, schema) {
  const SchemaEngine = await engineClass;
  const files = (content) => [{ path: 'schema.prisma', content }];
  const opened = [];
  const open = (path) => {
    opened.push(new DatabaseSync(path, { timeout: 5000 }));
    return { ok: true, value: connection(opened.at(-1)) };
  };
  const adapter = {
    provider: 'sqlite', adapterName: 'node:sqlite', errorRegistry: { consumeError: () => undefined },
    connect: async () => open(file),
    connectToShadowDb: async () => open(':memory:'),
  };
  const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => {}, adapter);
  const list = () => ({ migrationsList: migrationsList(migrations), filters: noFilters });
  return {
    apply: async () => (await engine.applyMigrations(list())).appliedMigrationNames,
    diagnose: () => engine.diagnoseMigrationHistory({ ...list(), optInToShadowDatabase: true }),
    devAction: async () => (await engine.devDiagnostic(list())).action,
    // What it would write for the change from one schema to the next; '' before the first.
    script: async (from, to) => (await engine.diff({
      from: from === '' ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: files(from) },
      to: { tag: 'schemaDatamodel', files: files(to) }, script: true, exitCode: null, shadowDatabaseUrl: null, filters: noFilters,
    })).stdout,
    markApplied: (name) => engine.markMigrationApplied({ ...list(), migrationName: name }),
    markRolledBack: (name) => engine.markMigrationRolledBack({ migrationName: name }),
    close: () => {
      engine.free();
      for (const database of opened) if (database.isOpen) database.close();
    },
  };
}

// The layout, in a form that two databases can be compared by.
export function layout(file) {
  const database = new DatabaseSync(file, { readOnly: true });
  const found = {};
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' "
    + "ESCAPE '\\' AND name <> '_prisma_migrations' ORDER BY name").all();
  for (const { name } of tables) {
    const all = (pragma, what = '*') => database.prepare(`SELECT ${what} FROM pragma_${pragma}(?)`).all(name);
    found[name] = {
      columns: all('table_info', 'name, type, "notnull", dflt_value, pk').sort((a, b) => a.name.localeCompare(b.name)),
      keys: all('foreign_key_list', '"table", "from", "to", on_update, on_delete').map((key) => JSON.stringify(key)).sort(),
      indexes: all('index_list', 'name, "unique", origin, partial').sort((a, b) => a.name.localeCompare(b.name)).map((index) => ({
        ...index, columns: database.prepare('SELECT name, "desc" FROM pragma_index_xinfo(?) WHERE key').all(index.name),
      })),
    };
  }
  database.close();
  return JSON.parse(JSON.stringify(found));
}

// In the order of applying; drivers write the times as numbers or as text.
export function history(file) {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('SELECT * FROM _prisma_migrations ORDER BY rowid').all();
  database.close();
  return rows;
}

export function sql(file, script) {
  const database = new DatabaseSync(file);
  try {
    if (!/^\s*select/i.test(script)) return database.exec(script);
    return database.prepare(script).all();
  } finally {
    database.close();
  }
}
