// A project with a schema, a database and migrations in a folder of its own.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { folder, must, run } from '../cli/support.mjs';

export { trivet } from '../cli/support.mjs';

export const datasource = 'datasource db {\n  provider = "sqlite"\n}\n\n';

export function migrateProject(test, models) {
  const made = folder(test);
  const at = (...parts) => path.join(made, ...parts);
  const project = {
    folder: made,
    at,
    database: at('data.db'),
    migrations: at('migrations'),
    schema: '',
    write(text) {
      project.schema = datasource + text;
      writeFileSync(at('schema.zmodel'), project.schema);
    },
    // Runs a word of migrate.
    run: (...words) => run(['migrate', ...words], { cwd: made }),
    must: (...words) => must(['migrate', ...words], { cwd: made }),
    json: (...words) => JSON.parse(run(['migrate', ...words, '--json'], { cwd: made }).stdout),
    names: () => readdirSync(at('migrations'), { withFileTypes: true }).filter((entry) => entry.isDirectory())
      .map((entry) => entry.name).sort(),
    read: (name, file = 'migration.sql') => readFileSync(at('migrations', name, file), 'utf8'),
  };
  if (models !== undefined) project.write(models);
  return project;
}
