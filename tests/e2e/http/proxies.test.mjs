// Who a request counts as, where proxies stand in front.
import assert from 'node:assert/strict';
import test from 'node:test';
import { start } from '../auth/support.mjs';
import { run } from '../cli/support.mjs';

const burst = 3;

// How many of ten tries to guess a code came through, each with the next of `forwarded` as X-Forwarded-For.
async function triesOf(call, forwarded) {
  let through = 0;
  for (let i = 0; i < 10; ++i) {
    const answer = await call('/verify', { type: 'email', email: 'ann@example.com', token: '000000' },
      { 'X-Forwarded-For': forwarded(i) });
    if (answer.status !== 429) ++through;
  }
  return through;
}

test('nobody is believed who they speak for', async (t) => {
  const { call } = await start(t, { auth: `rate_burst = ${burst}\n` });
  assert.ok(await triesOf(call, (i) => `203.0.113.${i}`) <= burst + 1);
});

test('a trusted proxy is, and what its client wrote is not', async (t) => {
  const { call, server } = await start(t, { auth: `rate_burst = ${burst}\n[server]\ntrusted_proxies = ["127.0.0.0/8", "10.0.0.0/8"]\n` });
  assert.equal(await triesOf(call, (i) => `203.0.113.${i}`), 10);
  assert.ok(await triesOf(call, (i) => `198.51.100.${i}, 203.0.113.99, 10.0.0.${i}`) <= burst + 1);
  await server.saw('203.0.113.99');
});

test('what is no address is refused where it is written', async (t) => {
  const { made } = await start(t, {});
  const done = run(['serve', made, '--listen', '127.0.0.1:0', '--set', 'server.trusted_proxies=10.0.0.0/33']);
  assert.notEqual(done.status, 0);
  assert.match(done.stderr, /server\.trusted_proxies: "10\.0\.0\.0\/33" is neither an address/);
});
