// Users who sign in at the same moment: node sign_in.mjs PORT KEY USERS. A process of its own, so that what asks for rows
// isn't held up by it. Prints how many answers had which status.
import http from 'node:http';

const [port, key, users] = process.argv.slice(2);
const agent = new http.Agent({ maxSockets: Infinity });
const counts = {};
const one = (n) => new Promise((resolve) => {
  const request = http.request({
    port, host: '127.0.0.1', method: 'POST', path: '/auth/v1/token?grant_type=password', agent,
    headers: { apikey: key, 'Content-Type': 'application/json' },
  }, (answer) => {
    answer.resume();
    answer.on('end', () => resolve(answer.statusCode));
  });
  request.on('error', () => resolve(0));
  request.end(JSON.stringify({ email: `user${n}@example.com`, password: `secret of ${n}` }));
});
await Promise.all(Array.from({ length: Number(users) }, async (_, n) => {
  const status = await one(n);
  counts[status] = (counts[status] ?? 0) + 1;
}));
process.stdout.write(JSON.stringify(counts) + '\n');
