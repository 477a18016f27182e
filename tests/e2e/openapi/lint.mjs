// What redocly finds wrong with an OpenAPI document.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from '../cli/support.mjs';

export function assertLints(file) {
  const redocly = path.join(root, 'tests/node_modules/@redocly/cli/bin/cli.js');
  const done = spawnSync(process.execPath, [redocly, 'lint', '--format', 'json', file], {
    encoding: 'utf8', env: { ...process.env, REDOCLY_TELEMETRY: 'off', CI: 'true' },
  });
  const report = JSON.parse(done.stdout.slice(done.stdout.indexOf('{')));
  assert.deepEqual(report.problems.filter((problem) => problem.severity === 'error'), [], done.stderr);
  assert.equal(report.totals.errors, 0);
}
