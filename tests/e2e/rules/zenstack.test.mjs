// The same language, read by an implementation that nobody here wrote: random rules, rows, callers and operations give the same rows,
// counts and refusals through npm's @zenstackhq/orm on SQLite and through a served project on SQLite.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folder, must, serve } from '../cli/support.mjs';
import { Random, makeCaller, makeOperation, makeRow, makeSchema, models } from './cases.mjs';
import { ZenStack } from './zenstack.mjs';

const secret = 'a secret for the tests, of enough bytes';
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims) {
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ aud: 'authenticated', role: 'authenticated', ...claims })}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

class Ours {
  constructor(url) {
    this.url = `${url}/rest/v1`;
  }

  async call(method, target, caller, { body, prefer } = {}) {
    const headers = { 'Content-Type': 'application/json', ...(prefer && { Prefer: prefer }) };
    if (caller !== null) headers.Authorization = `Bearer ${token(caller)}`;
    const answer = await fetch(`${this.url}/${target}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null, total: answer.headers.get('content-range')?.split('/')[1] };
  }

  async all(model) {
    return (await this.call('GET', `${model}?order=id`, { role: 'service_role' })).body;
  }

  async fill(model, row) {
    const { status, body } = await this.call('POST', model, { role: 'service_role' }, { body: row });
    assert.equal(status, 201, JSON.stringify(body));
  }

  async run(operation, caller) {
    const names = { equals: 'eq', not: 'neq', gt: 'gt', lte: 'lte' };
    const { where, include, model } = operation;
    const filter = where ? `&${where.field}=${names[where.op]}.${where.value}` : '';
    const prefer = 'return=minimal,count=exact';
    const calls = {
      read: () => this.call('GET', `${model}?select=*${include ? `,${include}(*)` : ''}${filter}&order=id`, caller),
      count: () => this.call('GET', `${model}?select=id${filter}`, caller, { prefer: 'count=exact' }),
      create: () => this.call('POST', model, caller, { body: operation.row, prefer }),
      update: () => this.call('PATCH', `${model}?${filter}`, caller, { body: operation.data, prefer }),
      delete: () => this.call('DELETE', `${model}?${filter}`, caller, { prefer }),
    };
    const { status, body, total } = await calls[operation.kind]();
    if (status >= 400) return { refused: body.code };
    return operation.kind === 'read' ? { rows: body } : { count: Number(total) };
  }
}

const sorted = (value) => (Array.isArray(value) ? [...value].sort((a, b) => a.id - b.id) : value);
// Rows in one form: rows of a relation by id, members by name.
const normal = (rows) => rows.map((row) => Object.fromEntries(Object.keys(row).sort().map((key) => [key, sorted(row[key])])));
const outcome = (answer) => (answer.refused ? 'refused' : answer.rows ? normal(answer.rows) : answer.count);

// TRIVET_ZENSTACK_SEEDS=40 looks longer.
const seeds = Number(process.env.TRIVET_ZENSTACK_SEEDS ?? 4);
const operations = 100;

for (let seed = 1; seed <= seeds; ++seed) {
  test(`${operations} operations under the rules of seed ${seed}`, async (t) => {
    const random = new Random(seed);
    const schema = makeSchema(random);
    const made = folder(t);
    writeFileSync(path.join(made, 'schema.zmodel'), schema);
    must(['db', 'push', made]);
    const { url } = await serve(t, ['serve', made, '--listen', '127.0.0.1:0', '--set', `auth.jwt_secret=${secret}`]);
    const ours = new Ours(url);
    const theirs = await ZenStack.open(schema);
    for (const model of Object.keys(models))
      for (let id = 1; id <= 4; ++id) {
        const row = makeRow(random, model, id);
        await ours.fill(model, row);
        await theirs.fill(model, row);
      }
    const seen = { refused: 0, changed: 0, rows: 0 };
    for (let i = 0; i < operations; ++i) {
      const caller = makeCaller(random);
      const operation = makeOperation(random);
      const [left, right] = [await ours.run(operation, caller), await theirs.run(operation, caller)];
      const told = () => [schema, ...[caller, operation, left, right].map((part) => JSON.stringify(part))].join('\n');
      assert.deepEqual(outcome(left), outcome(right), told());
      seen.refused += left.refused ? 1 : 0;
      seen.rows += left.rows?.length ?? 0;
      seen.changed += ['create', 'update', 'delete'].includes(operation.kind) && left.count > 0 ? 1 : 0;
      if (operation.kind === 'read' || operation.kind === 'count') continue;
      for (const model of Object.keys(models))
        assert.deepEqual(normal(await ours.all(model)), normal(await theirs.all(model)), `left in ${model} by\n${told()}`);
    }
    t.diagnostic(JSON.stringify(seen));
    assert.ok(seen.rows > 0 && seen.changed > 0, JSON.stringify(seen));
  });
}
