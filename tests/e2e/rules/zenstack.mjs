// The other side: npm's @zenstackhq/orm with its policy plugin, on SQLite in memory. Its classes are made from the schema by its own
// generator.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadDocument } from '@zenstackhq/language';
import { ZenStackClient } from '@zenstackhq/orm';
import { SqlJsDialect } from '@zenstackhq/orm/dialects/sql.js';
import { PolicyPlugin } from '@zenstackhq/plugin-policy';
import { TsSchemaGenerator } from '@zenstackhq/sdk';
import initSqlJs from 'sql.js';

const require = createRequire(import.meta.url);
const policy = path.join(path.dirname(require.resolve('@zenstackhq/plugin-policy/package.json')), 'plugin.zmodel');

async function compile(text) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'trivet-zenstack-'));
  try {
    const file = path.join(folder, 'schema.zmodel');
    writeFileSync(file, text);
    const loaded = await loadDocument(file, [policy]);
    if (!loaded.success) throw new Error(`${loaded.errors}\n${text}`);
    await new TsSchemaGenerator().generate(loaded.model, { outDir: folder, lite: false });
    const made = stripTypeScriptTypes(readFileSync(path.join(folder, 'schema.ts'), 'utf8'))
      .replace('"@zenstackhq/schema"', JSON.stringify(import.meta.resolve('@zenstackhq/schema')));
    const module = path.join(folder, 'schema.mjs');
    writeFileSync(module, made);
    return (await import(pathToFileURL(module))).schema;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// It stores a Boolean that is given as null as false on SQLite; one that is left out is null.
const storable = (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

export class ZenStack {
  static async open(text) {
    const made = new ZenStack();
    const database = new (await initSqlJs()).Database();
    made.raw = new ZenStackClient(await compile(text), { dialect: new SqlJsDialect({ sqlJs: database }) });
    await made.raw.$pushSchema();
    database.run('PRAGMA foreign_keys = ON');
    made.guarded = made.raw.$use(new PolicyPlugin());
    return made;
  }

  table(client, model) {
    return client[model[0].toLowerCase() + model.slice(1)];
  }

  async fill(model, row) {
    await this.table(this.raw, model).createMany({ data: [storable(row)] });
  }

  async all(model) {
    return this.table(this.raw, model).findMany({ orderBy: { id: 'asc' } });
  }

  // { rows } | { count } | { refused }
  async run(operation, caller) {
    const table = this.table(caller === null ? this.guarded : this.guarded.$setAuth(caller), operation.model);
    const where = operation.where ? { [operation.where.field]: { [operation.where.op]: operation.where.value } } : undefined;
    try {
      switch (operation.kind) {
        case 'read': {
          const include = operation.include ? { [operation.include]: true } : undefined;
          return { rows: await table.findMany({ where, include, orderBy: { id: 'asc' } }) };
        }
        case 'count':
          return { count: await table.count({ where }) };
        case 'create':
          return { count: (await table.createMany({ data: [storable(operation.row)] })).count };
        case 'update':
          return { count: (await table.updateMany({ where, data: operation.data })).count };
        default:
          return { count: (await table.deleteMany({ where })).count };
      }
    } catch (error) {
      if (error.reason === undefined) throw error;
      return { refused: error.reason };
    }
  }
}
