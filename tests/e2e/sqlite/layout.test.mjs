// Compares tests/cases/sqlite/layout/*.sql with what Prisma's schema engine makes of the .prisma files beside them.
// `node layout.test.mjs --write` rewrites the .sql files. Needs @prisma/schema-engine-wasm (tests/package.json).
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const cases = join(here, '../../cases/sqlite/layout');
const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'));

async function loadEngine() {
  const glue = await import(join(folder, 'schema_engine_bg.js'));
  const bytes = readFileSync(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start?.();
  return glue.SchemaEngine;
}

// The engine asks for a connection even to render a script: one that is never queried.
const ok = (value) => ({ ok: true, value });
const registry = { consumeError: () => undefined };
const connection = {
  provider: 'sqlite', adapterName: 'none', errorRegistry: registry,
  queryRaw: async () => ok({ columnNames: ['v'], columnTypes: [7], rows: [['3.45.0']] }),
  executeRaw: async () => ok(0), executeScript: async () => ok(undefined),
  getConnectionInfo: () => ok({ supportsRelationJoins: false }),
  dispose: async () => ok(undefined), startTransaction: async () => ok({}),
};
const adapter = {
  provider: 'sqlite', adapterName: 'none', errorRegistry: registry,
  connect: async () => ok(connection), connectToShadowDb: async () => ok(connection),
};

const SchemaEngine = await loadEngine();
let failures = 0;
for (const name of readdirSync(cases).filter((file) => file.endsWith('.prisma'))) {
  const content = readFileSync(join(cases, name), 'utf8');
  const files = [{ path: 'schema.prisma', content }];
  const engine = await SchemaEngine.new({ datamodels: [['schema.prisma', content]] }, () => {}, adapter);
  const { stdout } = await engine.diff({
    from: { tag: 'empty' }, to: { tag: 'schemaDatamodel', files }, script: true, exitCode: null,
    shadowDatabaseUrl: null, filters: { externalTables: [], externalEnums: [] },
  });
  const target = join(cases, name.replace('.prisma', '.sql'));
  if (process.argv.includes('--write')) writeFileSync(target, stdout + '\n');
  else if (readFileSync(target, 'utf8').trimEnd() !== stdout.trimEnd()) {
    failures += 1;
    console.error(`${name}: Prisma's script differs from the file beside it`);
  }
}
if (failures > 0) process.exit(1);
console.log('layout: ok');
