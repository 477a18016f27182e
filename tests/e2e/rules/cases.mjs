// Random rules over three models, rows, callers and operations, from a seed: the part of the language that both sides read alike
// (docs/rules.md, "Beside ZenStack", names what they don't).
export class Random {
  constructor(seed) {
    this.state = seed >>> 0 || 1;
  }
  // mulberry32
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }
  below(bound) {
    return this.next() % bound;
  }
  chance(percent) {
    return this.below(100) < percent;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
}

const texts = ['a', 'b', 'ab', 'ba', 'c'];
const scalars = ['n', 's', 'f', 'm'];
export const models = {
  User: { one: {}, many: { posts: 'Post', comments: 'Comment' } },
  Post: { one: { author: 'User' }, many: { comments: 'Comment' }, keys: { authorId: ['User', true] } },
  Comment: { one: { post: 'Post', author: 'User' }, many: {}, keys: { postId: ['Post', false], authorId: ['User', true] } },
};

// Conditions. `plain`: over fields that are never null, as null inside `every` is read differently.
class Conditions {
  constructor(random) {
    this.random = random;
  }

  make(model, options, depth = 0) {
    const kind = depth > 2 ? 50 + this.random.below(50) : this.random.below(100);
    const inner = () => this.make(model, options, depth + 1);
    if (kind < 22) return `(${inner()} && ${inner()})`;
    if (kind < 40) return `(${inner()} || ${inner()})`;
    if (kind < 50) return `!(${inner()})`;
    if (kind < 66 && !options.plain && !options.own) return this.collection(model, options, depth);
    return this.leaf(model, options);
  }

  leaf(model, { plain, rows = true }) {
    const random = this.random;
    const kind = random.below(plain ? 40 : 100);
    const compare = () => random.pick(['==', '!=', '<', '<=', '>', '>=']);
    if (kind < 18) return `n ${compare()} ${random.pick([random.below(5), 'auth().n'])}`;
    if (kind < 26) return random.chance(50) ? 's == auth().s' : `s != "${random.pick(texts)}"`;
    if (kind < 34) return `${random.pick(['contains', 'startsWith', 'endsWith'])}(s, ${random.pick(['auth().s', '"a"', '"b"'])})`;
    if (kind < 40) return `n in [${random.below(5)}, ${random.below(5)}]`;
    if (kind < 48) return 'f';
    if (kind < 58) return `m ${compare()} ${random.pick([random.below(5), 'auth().n', 'n'])}`;
    if (kind < 64) return `m ${random.pick(['==', '!='])} null`;
    const one = Object.keys(models[model].one);
    if (one.length === 0 || !rows) return random.pick(['this == auth()', 'id == auth().id']).replace('this', rows ? 'this' : 'this');
    const to = random.pick(one);
    const target = models[model].one[to];
    if (kind < 74 && target === 'User') return `${to} ${random.pick(['==', '!='])} auth()`;
    if (kind < 79 && to === 'author') return `${to} ${random.pick(['==', '!='])} null`;
    if (kind < 84 && target === 'Post') return `${to}.author.n ${compare()} ${random.below(5)}`;
    return random.chance(50) ? `${to}.n ${compare()} ${random.below(5)}` : `${to}.f`;
  }

  collection(model, options, depth) {
    const many = Object.entries(models[model].many);
    if (many.length === 0) return this.leaf(model, options);
    const [name, target] = this.random.pick(many);
    const mark = this.random.pick(['?', '?', '!', '^']);
    const inner = mark === '!' ? this.make(target, { plain: true }, depth + 1) : this.make(target, { ...options, inside: true }, depth + 1);
    return `${name}${mark}[${inner}]`;
  }
}

// One schema. What may be changed may be read: an update by us asks for both.
export function makeSchema(random) {
  const conditions = new Conditions(random);
  let text = 'datasource db {\n  provider = "sqlite"\n  url = "file:./data.db"\n}\n';
  for (const model of Object.keys(models)) {
    const condition = (options = {}) => conditions.make(model, options);
    const read = `(${condition()} || ${condition()})`;
    const rules = [`@@allow('read', ${read})`];
    for (let i = 0; i < 2; ++i) rules.push(`@@allow('create', ${condition({ own: true })})`);
    for (const operation of ['update', 'delete']) {
      rules.push(`@@allow('${operation}', ${read} && (${condition()} || ${condition()}))`);
      if (random.chance(40)) rules.push(`@@deny('${operation}', ${condition()})`);
    }
    if (random.chance(50)) rules.push(`@@deny('post-update', ${random.pick(['n < before().n', 'before().s == s', 'n == 4'])})`);
    const masked = random.chance(50) ? ` @allow('read', ${random.pick(['n > 1', 'f', 's != "a"'])})` : '';
    const fields = { User: ['posts Post[]', 'comments Comment[]'],
      Post: ['authorId Int?', 'author User? @relation(fields: [authorId], references: [id], onDelete: SetNull)', 'comments Comment[]'],
      Comment: ['postId Int', 'post Post @relation(fields: [postId], references: [id], onDelete: Cascade)', 'authorId Int?',
        'author User? @relation(fields: [authorId], references: [id], onDelete: SetNull)'] }[model];
    const lines = ['id Int @id', 'n Int', `m Int?${masked}`, 's String', 'f Boolean?', ...fields, ...rules];
    text += `model ${model} {\n  ${lines.join('\n  ')}\n}\n`;
  }
  return text;
}

export function makeRow(random, model, id) {
  const row = { id, n: random.below(5), m: random.chance(25) ? null : random.below(5), s: random.pick(texts),
    f: random.pick([true, false, null]) };
  for (const [key, [, optional]] of Object.entries(models[model].keys ?? {}))
    row[key] = optional && random.chance(25) ? null : 1 + random.below(4);
  return row;
}

export const makeCaller = (random) => ({ id: 1 + random.below(5), n: random.below(5), s: random.pick(texts) });

export function makeOperation(random) {
  const model = random.pick(Object.keys(models));
  const kind = random.pick(['read', 'read', 'read', 'count', 'create', 'update', 'update', 'delete']);
  const made = { kind, model };
  const changes = kind === 'update' || kind === 'delete';
  if (changes || random.chance(50)) {
    const field = changes ? random.pick(['id', 'id', 'n']) : random.pick(['id', 'n', 'm', 's']);
    made.where = { field, op: field === 's' ? random.pick(['equals', 'not']) : random.pick(['equals', 'gt', 'lte']),
      value: field === 's' ? random.pick(texts) : random.below(6) };
  }
  const { one, many } = models[model];
  if (kind === 'read' && random.chance(60)) made.include = random.pick([...Object.keys(one), ...Object.keys(many)]);
  if (kind === 'create') made.row = makeRow(random, model, 5 + random.below(60));
  if (kind === 'update') {
    const field = random.pick(scalars);
    made.data = { [field]: makeRow(random, model, 1)[field] ?? (field === 'f' ? true : null) };
  }
  return made;
}
