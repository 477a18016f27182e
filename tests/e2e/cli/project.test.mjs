// init → dev → curl, and what a command line promises: exit codes, help, streams.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { folder, json, must, post, project, root, run, serve } from './support.mjs';

const words = [['init'], ['dev'], ['serve'], ['validate'], ['rules'], ['test'], ['format'], ['db', 'push'], ['db', 'pull'], ['db', 'rekey'],
  ['import'],
  ...['dev', 'deploy', 'diff', 'status', 'resolve', 'rollback'].map((word) => ['migrate', word]),
  ['export'], ['keys'], ['openapi'], ['doctor'], ['version'], ['completion']];

test('init makes a project that dev serves at once', async (t) => {
  const made = project(t);
  const server = await serve(t, ['dev', made, '--listen', '127.0.0.1:0']);
  const empty = await json(`${server.url}/rest/v1/Post`);
  assert.deepEqual([empty.status, empty.body], [200, []]);

  const { secret_key: key } = JSON.parse(must(['keys', made, '--json']));
  const hello = post({ title: 'Hello', status: 'published' }, { apikey: key });
  const published = await json(`${server.url}/rest/v1/Post`, hello);
  assert.equal(published.status, 201, published.text);
  await json(`${server.url}/rest/v1/Post`, post({ title: 'Secret' }, { apikey: key }));
  const seen = await json(`${server.url}/rest/v1/Post?select=title`);
  assert.deepEqual(seen.body, [{ title: 'Hello' }]);

  const hi = { postId: published.body[0].id, name: 'Ann', text: 'Hi' };
  const comment = await json(`${server.url}/rest/v1/Comment`, post(hi));
  assert.equal(comment.status, 201, comment.text);
  const refused = await json(`${server.url}/rest/v1/Post`, post({ title: 'No' }));
  assert.equal(refused.status, 401);
  assert.equal(refused.body.code, '42501');

  assert.equal((await fetch(`${server.url}/docs`)).status, 200);
  assert.equal((await json(`${server.url}/openapi.json`)).body.openapi, '3.1.0');
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  assert.equal(await server.stop(), 0);
});

test('dev applies a change of the schema as it is saved, and refuses to lose data', async (t) => {
  const made = project(t);
  const file = path.join(made, 'schema.zmodel');
  const before = readFileSync(file, 'utf8');
  const server = await serve(t, ['dev', made, '--listen', '127.0.0.1:0']);
  writeFileSync(file, before.replace('title     String', 'title     String\n  subtitle  String?'));
  await server.saw('schema reloaded');
  assert.equal((await json(`${server.url}/rest/v1/Post?select=subtitle`)).status, 200);

  const { secret_key: key } = JSON.parse(must(['keys', made, '--json']));
  const row = { title: 'a', subtitle: 'b', status: 'published' };
  assert.equal((await json(`${server.url}/rest/v1/Post`, post(row, { apikey: key }))).status, 201);
  writeFileSync(file, before);
  await server.saw('would lose data');
  assert.deepEqual((await json(`${server.url}/rest/v1/Post?select=subtitle`)).body, [{ subtitle: 'b' }]);

  writeFileSync(file, `${before}\nmodel Broken {`);
  await server.saw('schema.zmodel:');
  assert.equal((await json(`${server.url}/rest/v1/Post?select=subtitle`)).status, 200);
  assert.equal(await server.stop('SIGINT'), 0);
});

test('the secret is readable by its owner alone', (t) => {
  const made = project(t);
  assert.equal(statSync(path.join(made, '.trivet/keys.toml')).mode & 0o777, 0o600);
  const before = must(['keys', made, '--json']);
  assert.equal(must(['keys', made, '--json']), before);
  assert.notEqual(must(['keys', made, '--rotate', '--json']), before);
});

test('init leaves a project alone', (t) => {
  const made = project(t);
  const again = run(['init', made]);
  assert.equal(again.status, 1);
  assert.match(again.stderr, /already there/);
});

test('every word has help with an example', () => {
  for (const word of words) {
    const help = run([...word, '--help']);
    assert.equal(help.status, 0, word.join(' '));
    assert.match(help.stdout, /Example/, word.join(' '));
    assert.equal(help.stderr, '');
  }
});

test('a wrong word is 2, a failure 1; errors go to standard error', (t) => {
  for (const wrong of [[], ['nonsense'], ['serve', '--nonsense'], ['import', 'City'], ['completion', 'tcsh']]) {
    const done = run(wrong);
    assert.equal(done.status, 2, wrong.join(' '));
    assert.equal(done.stdout, '');
    assert.notEqual(done.stderr, '');
  }
  const empty = folder(t);
  const exporting = ['export', 'City', '-', '--format', 'csv', '-C', empty];
  for (const failing of [['validate', empty], ['serve', empty], exporting]) {
    const done = run(failing);
    assert.equal(done.status, 1, failing.join(' '));
    assert.equal(done.stdout, '');
  }
});

test('validate, format, doctor and version', (t) => {
  const made = project(t);
  const file = path.join(made, 'schema.zmodel');
  assert.match(must(['validate', made]), /valid: 2 models/);
  assert.equal(run(['format', '--check', file]).status, 0, 'the template is formatted');
  must(['db', 'push', made]);
  const findings = JSON.parse(must(['doctor', made, '--json']));
  assert.ok(findings.some((found) => found.about === 'database' && found.kind === 'ok'), JSON.stringify(findings));
  assert.match(must(['version']), /^trivet \d+\.\d+\.\d+/);

  writeFileSync(file, 'datasource db {\n  provider = "sqlite"\n}\nmodel A {\n  id Int @id\n  b Strin\n}\n');
  const bad = run(['validate', made, '--json']);
  assert.equal(bad.status, 1);
  const report = JSON.parse(bad.stdout);
  assert.equal(report.ok, false);
  assert.equal(report.diagnostics[0].line, 6);
  assert.match(run(['validate', made]).stderr, /schema\.zmodel:6:/);
});

test('completion scripts name every command', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = must(['completion', shell]);
    for (const word of words) assert.ok(script.includes(word.at(-1)), `${shell}: ${word}`);
  }
  const bash = run(['completion', 'bash']).stdout;
  const asked = `${bash}\nCOMP_WORDS=(trivet db pus); COMP_CWORD=2; _trivet; echo "\${COMPREPLY[*]}"`;
  assert.equal(spawnSync('bash', ['-c', asked], { encoding: 'utf8', cwd: root }).stdout.trim(), 'push');
});
