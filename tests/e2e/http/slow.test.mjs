// Slow clients must not hold the server: slowhttptest in its four modes, while others ask and are answered.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { folder, json, must, project, serve } from '../cli/support.mjs';

// Slow headers, slow body, ranges, slow reading; each for a few seconds on many connections.
const modes = {
  'slow headers': ['-H', '-i', '1'],
  'slow body': ['-B', '-i', '1', '-s', '8192'],
  ranges: ['-R', '-a', '10', '-b', '3000'],
  'slow reading': ['-X', '-w', '10', '-y', '20', '-n', '1', '-z', '32', '-k', '3'],
};

for (const [name, words] of Object.entries(modes)) {
  test(`${name}: others are served throughout`, async (t) => {
    const made = project(t);
    must(['db', 'push', made]);
    const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
    const attack = spawn('slowhttptest',
      [...words, '-c', '300', '-r', '150', '-l', '6', '-p', '3', '-u', `${server.url}/rest/v1/Comment`],
      { stdio: 'ignore', cwd: folder(t) });
    const over = new Promise((resolve, reject) => { attack.on('exit', resolve).on('error', reject); });
    let asked = 0;
    while (attack.exitCode === null && attack.pid !== undefined) {
      const answer = await json(`${server.url}/rest/v1/Comment`, { signal: AbortSignal.timeout(5000) });
      assert.equal(answer.status, 200);
      ++asked;
      await delay(100);
    }
    await over;
    assert.ok(asked >= 10, `only ${asked} requests were tried`);
    assert.equal(await server.stop(), 0);
  });
}
