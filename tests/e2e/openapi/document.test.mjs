// The OpenAPI document by the judgement of a tool that many use, and the page that shows it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, json, must, project, root, serve } from '../cli/support.mjs';
import { assertLints } from './lint.mjs';

test('redocly lint finds no error', (t) => {
  const file = path.join(folder(t), 'openapi.json');
  writeFileSync(file, must(['openapi', path.join(root, 'examples/atlas')]));
  assertLints(file);
});

test('/openapi.json shows a caller what that caller may reach, and /docs asks nobody else', async (t) => {
  const made = project(t);
  const server = await serve(t, ['dev', made, '--listen', '127.0.0.1:0']);
  const anonymous = await json(`${server.url}/openapi.json`);
  assert.equal(anonymous.status, 200);
  const comments = anonymous.body.paths['/rest/v1/Comment'];
  assert.deepEqual(Object.keys(comments).sort(), ['get', 'post']);
  const keys = JSON.parse(must(['keys', made, '--json']));
  const all = await json(`${server.url}/openapi.json`, { headers: { apikey: keys.secret_key } });
  assert.ok(all.body.paths['/rest/v1/Comment'].delete);
  const page = await fetch(`${server.url}/docs`);
  const html = await page.text();
  assert.equal(page.status, 200);
  assert.doesNotMatch(html, /https?:\/\//);
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
  for (const [, file] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const asset = await fetch(server.url + file);
    assert.equal(asset.status, 200, file);
    assert.ok((await asset.text()).length > 100, file);
  }
  assert.equal(await server.stop(), 0);
});
