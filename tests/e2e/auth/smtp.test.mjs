// Mails of accounts by SMTP: against a server of this test, which says no when it is told to.
import { createClient } from '@supabase/supabase-js';
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import test from 'node:test';
import { folder, must, run, serve } from '../cli/support.mjs';

// {port, mails: [{from, to, text}], until(count), refusals: how many mails to put off}
async function smtpServer(t, refusals = 0) {
  const mails = [];
  const state = { mails, refusals, waiting: [] };
  const server = net.createServer((socket) => {
    let mail = { to: [] };
    let data = null;
    let rest = '';
    const say = (line) => socket.write(`${line}\r\n`);
    const command = (line) => {
      const word = line.split(/[ :]/)[0].toUpperCase();
      if (word === 'EHLO') return say('250-test\r\n250 8BITMIME');
      if (word === 'MAIL') mail = { from: line.slice(10), to: [] };
      if (word === 'RCPT') mail.to.push(line.slice(8));
      if (word === 'RCPT' && state.refusals > 0) {
        state.refusals -= 1;
        return say('451 not now');
      }
      if (word === 'DATA') {
        data = [];
        return say('354 go on');
      }
      if (word === 'QUIT') return socket.end('221 bye\r\n');
      return say('250 fine');
    };
    socket.setEncoding('utf8').on('error', () => {}).on('data', (piece) => {
      const lines = (rest + piece).split('\r\n');
      rest = lines.pop();
      for (const line of lines) {
        if (data === null) command(line);
        else if (line !== '.') data.push(line.startsWith('.') ? line.slice(1) : line);
        else {
          mails.push({ ...mail, text: data.join('\n') });
          data = null;
          say('250 taken');
          for (const wake of state.waiting.splice(0)) wake();
        }
      }
    });
    say('220 test');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  t.after(() => server.close());
  state.until = async (count) => {
    while (mails.length < count) await new Promise((resolve) => { state.waiting.push(resolve); });
  };
  state.url = `smtp://127.0.0.1:${server.address().port}`;
  return state;
}

async function start(t, auth) {
  const made = folder(t);
  writeFileSync(path.join(made, 'schema.zmodel'), 'datasource db {\n  provider = "sqlite"\n}\nmodel Note {\n  id Int @id\n}\n');
  mkdirSync(path.join(made, 'mail'));
  writeFileSync(path.join(made, 'mail', 'recovery.html'),
    'Subject: Grüße an {{ .Email }}\n\n<a href="{{ .ConfirmationURL }}">neues Paßwort</a>\n');
  writeFileSync(path.join(made, 'trivet.toml'), `[auth]\nenabled = true\nmail_interval = "0s"\n${auth}`, { mode: 0o600 });
  const keys = JSON.parse(must(['keys', made, '--json']));
  must(['db', 'push', made]);
  const server = await serve(t, ['serve', made, '--listen', '127.0.0.1:0']);
  const options = { auth: { persistSession: false, autoRefreshToken: false } };
  return { server, made, auth: createClient(server.url, keys.publishable_key, options).auth };
}

// Quoted-printable, as far as the tests look.
const plain = (text) => text.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));

test('what is sent confirms an address, a put-off mail comes later, and a project has words of its own', async (t) => {
  const smtp = await smtpServer(t, 1);
  const { auth, server } = await start(t, `smtp_url = "${smtp.url}"\nmail_from = "Shop <no-reply@shop.example>"\n`
    + 'mail_templates = "mail"\nexternal_url = "https://api.shop.example"\n');
  const email = 'ann@example.com';
  const up = await auth.signUp({ email, password: 'secret-1' });
  assert.equal(up.error, null);
  assert.equal(up.data.session, null);
  await smtp.until(1);  // after a 451, and a pause
  await server.saw('to be tried again');
  const [first] = smtp.mails;
  assert.match(first.from, /^<no-reply@shop\.example>/);
  assert.deepEqual(first.to, ['<ann@example.com>']);
  for (const line of ['From: Shop <no-reply@shop.example>', 'To: <ann@example.com>', 'Subject: Confirm your email address',
    'Auto-Submitted: auto-generated']) assert.ok(first.text.includes(`${line}\n`), line);
  assert.match(first.text, /^Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d/m);
  assert.match(first.text, /^Message-ID: <[\w-]{22}@shop\.example>$/m);
  const text = plain(first.text);
  assert.match(text, /^https:\/\/api\.shop\.example\/auth\/v1\/verify\?token=[\w-]+&type=signup&redirect_to=/m);
  const code = /this code: (\d{6})/.exec(text)[1];
  assert.ok((await auth.verifyOtp({ email, token: code, type: 'signup' })).data.session);

  assert.equal((await auth.resetPasswordForEmail(email)).error, null);
  await smtp.until(2);
  const second = smtp.mails[1].text;
  assert.match(second, /^Subject: =\?UTF-8\?B\?/m);
  const subject = /^Subject: =\?UTF-8\?B\?([^?]+)\?=/m.exec(second)[1];
  assert.equal(Buffer.from(subject, 'base64').toString(), 'Grüße an ann@example.com');
  assert.match(second, /^Content-Type: text\/html; charset=utf-8$/m);
  assert.match(plain(second), /<a href="http[^"]+&#38;type=recovery/);
  // Of users that aren't there nothing is sent, and the answer is the same.
  assert.equal((await auth.resetPasswordForEmail('bob@example.com')).error, null);
  assert.equal(await server.stop(), 0);
  assert.equal(smtp.mails.length, 2);
  for (const secret of [email, code, 'token=']) assert.ok(!server.child.log.includes(secret), secret);
});

test('what can not be used is told at the start', async (t) => {
  const { made, server } = await start(t, 'autoconfirm = true\n');
  assert.equal(await server.stop(), 0);
  const refused = (...settings) => {
    const done = run(['serve', made, '--listen', '127.0.0.1:0', ...settings.flatMap((word) => ['--set', word])]);
    assert.equal(done.status, 1, done.stderr);
    return done.stderr;
  };
  const url = 'auth.external_url=https://api.example';
  assert.match(refused(url, 'auth.smtp_url=http://a.example', 'auth.mail_from=a@b.example'), /auth\.smtp_url/);
  assert.match(refused(url, 'auth.smtp_url=smtp://a.example'), /auth\.mail_from/);
  assert.match(refused('auth.smtp_url=smtp://a.example', 'auth.mail_from=a@b.example'), /auth\.external_url/);
  assert.match(refused('auth.mail_templates=nowhere'), /is no folder/);
  writeFileSync(path.join(made, 'mail', 'invite.txt'), 'Subject: x\n\n{{ .Nothing }}\n');
  assert.match(refused('auth.mail_templates=mail'), /invite\.txt: line 3/);
});
