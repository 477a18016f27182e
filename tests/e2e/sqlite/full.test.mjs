// A full disk, on a real small file system: writes fail by name, reads go on, and writes work again when there is
// space. Mounting takes root; without it the test skips.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, json, must, post, serve } from '../cli/support.mjs';

const mount = (...words) => spawnSync('mount', words, { encoding: 'utf8' });

const schema = `datasource db {
  provider = "sqlite"
  url      = "file:./disk/data.db"
}

model Note {
  id   Int    @id @default(autoincrement())
  text String
  @@allow('all', true)
}
`;

// A project whose database is on a file system of its own; undefined if mounting isn't permitted.
function smallDisk(t, size) {
  let disk;
  t.after(() => { if (disk !== undefined) spawnSync('umount', ['-l', disk]); });  // before the folder goes
  const made = folder(t);
  disk = path.join(made, 'disk');
  mkdirSync(disk);
  writeFileSync(path.join(made, 'schema.zmodel'), schema);
  const done = mount('-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk);
  if (done.status !== 0) {
    t.skip(`mount: ${done.stderr}`);
    return undefined;
  }
  must(['keys', made, '--json']);
  must(['db', 'push', made]);
  return { made, disk };
}

test('a full disk: writes are refused by name, reads go on, space brings writes back', async (t) => {
  const at = smallDisk(t, '2m');
  if (at === undefined) return;
  const server = await serve(t, ['dev', at.made, '--listen', '127.0.0.1:0']);
  const url = `${server.url}/rest/v1/Note`;
  const insert = () => json(url, post({ text: 'x'.repeat(50_000) }));
  let kept = 0;
  let refused = await insert();
  while (refused.status === 201) {
    assert.ok(++kept < 100, 'the disk never fills');
    refused = await insert();
  }
  assert.ok(kept > 0);
  assert.equal(refused.body.code, '53100', refused.text);
  assert.equal(refused.status, 503);
  const ids = async () => (await json(`${url}?select=id`)).body.length;
  assert.equal(await ids(), kept);
  assert.equal(mount('-o', 'remount,size=16m', at.disk).status, 0);
  assert.equal((await insert()).status, 201);
  assert.equal(await ids(), kept + 1);
  assert.equal(await server.stop(), 0);
});
