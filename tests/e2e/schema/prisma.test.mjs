// Every .prisma case of tests/cases/schema against Prisma's own engine: the same verdict, and the same DMMF.
//
// A case whose first lines say `// differs: reason` differs on purpose: then the two must indeed disagree, so that the
// list of differences stays true. The cases' `// error:` lines are checked by the unit tests.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const prisma = createRequire(import.meta.url)('@prisma/prisma-schema-wasm');
const binary = process.env.TRIVET_CHECK ?? path.join(root, 'build/bin/trivet-check');

const cases = ['valid', 'invalid'].flatMap((folder) => {
  const at = path.join(root, 'tests/cases/schema', folder);
  return readdirSync(at).filter((name) => name.endsWith('.prisma')).sort()
    .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(path.join(at, name), 'utf8') }));
});

function ask(op, texts) {
  const input = texts.map((text) => JSON.stringify({ op, files: { 'schema.prisma': text } })).join('\n') + '\n';
  const run = spawnSync(binary, { input, maxBuffer: 1 << 28, encoding: 'utf8' });
  assert.equal(run.status, 0, run.stderr);
  return run.stdout.trim().split('\n').map((line) => JSON.parse(line));
}

// The DMMF, or what Prisma says against the schema.
function theirs(text) {
  try {
    return { dmmf: JSON.parse(prisma.get_dmmf(JSON.stringify({ prismaSchema: text }))).datamodel };
  } catch (error) {
    return { error: error.message };
  }
}

test('the verdict and the model of every .prisma case are those of Prisma', () => {
  assert.ok(cases.length >= 200, `${cases.length} cases`);
  const answers = ask('schema.dmmf', cases.map((one) => one.text));
  const wrong = [];
  cases.forEach(({ name, text }, i) => {
    const ours = answers[i];
    const other = theirs(text);
    const agree = ours.ok === Boolean(other.dmmf) && (!ours.ok || isDeepStrictEqual(ours.dmmf.datamodel, other.dmmf));
    const differs = /^\uFEFF?\/\/ differs: \S/.test(text);
    if (agree === differs) {
      const disagreement = ours.ok ? other.error ?? 'another DMMF' : JSON.stringify(ours.errors);
      wrong.push(`${name}: ${differs ? 'no longer differs' : disagreement}`);
    }
  });
  assert.deepEqual(wrong, []);
});

test('formatting is Prisma\'s where its own formatter changes nothing but space and order', () => {
  const parameters = JSON.stringify({ textDocument: { uri: 'file:/schema.prisma' }, options: { tabSize: 2, insertSpaces: true } });
  const valid = cases.filter(({ name, text }) => name.startsWith('valid/') && !text.startsWith('\uFEFF') && !text.includes('/*'));
  const answers = ask('schema.format', valid.map((one) => one.text));
  const differ = valid.filter(({ text }, i) => {
    const [[, formatted]] = JSON.parse(prisma.format(JSON.stringify([['schema.prisma', text]]), parameters));
    return formatted !== answers[i].text;
  });
  assert.deepEqual(differ.map((one) => one.name), []);
});
