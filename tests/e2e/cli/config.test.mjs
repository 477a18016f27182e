// Settings of others as trivet.toml. tests/cases/config/postgrest: X.conf or X.env → X.toml, with what is said on standard
// error behind it. `node config.test.mjs --write` writes them anew.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, project, root, run } from './support.mjs';

const cases = path.join(root, 'tests/cases/config/postgrest');
const translate = (text, env = {}) => run(['config', 'from-postgrest', '-'], { input: text, env: { ...process.env, ...env } });

for (const file of readdirSync(cases).filter((name) => !name.endsWith('.toml'))) {
  test(`from-postgrest: ${file}`, (t) => {
    const done = run(['config', 'from-postgrest', path.join(cases, file)]);
    assert.equal(done.status, 0, done.stderr);
    const expected = path.join(cases, `${file}.toml`);
    if (process.argv.includes('--write')) writeFileSync(expected, done.stdout);
    assert.equal(done.stdout, readFileSync(expected, 'utf8'));
    const notes = done.stdout.split('\n').filter((line) => line.startsWith('# - ')).map((line) => line.slice(4));
    assert.deepEqual(done.stderr.split('\n').slice(0, -1), notes.map((line) => `note: ${line}`));
    // Trivet takes all of it.
    const made = project(t);
    writeFileSync(path.join(made, 'trivet.toml'), done.stdout);
    const printed = run(['serve', made, '--print-config']);
    assert.equal(printed.status, 0, printed.stderr);
    assert.ok(existsSync(path.join(made, 'trivet.toml')));
  });
}

test('from-postgrest: every setting that was given is translated or named', () => {
  const full = readFileSync(path.join(cases, 'full.conf'), 'utf8');
  const toml = readFileSync(path.join(cases, 'full.conf.toml'), 'utf8');
  const unnamed = full.split('\n').map((line) => line.split(' = ')[0]).filter((name) => /^[a-z]/.test(name))
    .filter((name) => !toml.includes(`# - ${name}: `));
  assert.deepEqual(unnamed, ['admin-server-host', 'admin-server-port', 'db-aggregates-enabled', 'db-anon-role', 'db-max-rows',
    'db-plan-enabled', 'db-pool', 'db-pool-acquisition-timeout', 'db-pre-request', 'db-prepared-statements', 'db-schemas',
    'db-tx-end', 'db-uri', 'jwt-aud', 'jwt-role-claim-key', 'jwt-secret', 'jwt-secret-is-base64', 'log-level',
    'server-cors-allowed-origins', 'server-host', 'server-port', 'server-timing-enabled']);
});

test('from-postgrest: variables, and what is not a configuration', (t) => {
  const found = translate('jwt-aud = "$(SHOP)-x"\ndb-tx-end = "rollback"', { SHOP: 'shop' });
  assert.match(found.stdout, /audience = "shop-x"/);
  const missing = translate('db-uri = "x"\njwt-aud = "$(NO_SUCH_ONE)"');
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /line 2: the variable NO_SUCH_ONE is not set/);
  assert.match(translate('db-uri = "open').stderr, /line 1: the text isn't closed/);
  assert.match(translate('hello').stderr, /line 1: expected NAME = VALUE/);
  assert.match(translate('db-uri = "@a\\nb"').stdout, /# - db-uri: the url is in the file a b: /);
  assert.match(translate('db-schemas = "a\\nb, c"').stdout, /\nschemas = \["a\\u000Ab", "c"\]\n/);
  assert.match(run(['config', 'from-postgrest', path.join(folder(t), 'none')]).stderr, /can't be read/);
  assert.equal(run(['config']).status, 2);
});
