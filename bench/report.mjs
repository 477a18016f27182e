// The tables of ./dev bench, and what was to be reached.
export function number(value, digits = 0) {
  if (value === undefined || Number.isNaN(value)) return '–';
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function table(head, rows) {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const pad = (cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  const line = (cells) => cells.map(pad).join('  ');
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n') + '\n';
}

export function print_work(work, results, servers) {
  const bare = results.servers.bare?.works[work.name];
  const rows = Object.entries(results.servers).map(([name, server]) => {
    const one = server.works[work.name];
    return [
      servers[name].title, number(one.cpu_us, 1), number(one.cpu_us / bare?.cpu_us, 2), number(one.rate),
      number(one.p50_us / 1000, 2), number(one.p99_us / 1000, 2), number(one.rss_mib, 1), number(one.cores, 2),
      ...(work.body ? [number(one.rate_of_one), number(one.lost)] : []),
      number(one.refused + one.broken),
    ];
  });
  const head = ['server', 'CPU µs/req', '× bare', 'req/s', 'p50 ms', 'p99 ms', 'RSS MiB', 'cores',
    ...(work.body ? ['1 conn/s', 'lost'] : []), 'errors'];
  process.stdout.write(`\n${work.title}, ${work.connections} connections\n${table(head, rows)}`);
}

function goals(results) {
  const { trivet, bare, fastify } = results.servers;
  const ratio = (name, other) => trivet.works[name]?.cpu_us / other?.works[name]?.cpu_us;
  const key = trivet.works.key;
  const insert = trivet.works.insert;
  const found = [
    ['one city by key: CPU against the bare loop', ratio('key', bare), 'le', 1.25, '×'],
    ['20 cities: CPU against the bare loop', ratio('page', bare), 'le', 1.25, '×'],
    ['a country with embeds: CPU against the bare loop', ratio('embed', bare), 'le', 1.3, '×'],
    ['inserts: rate against reads by key', insert?.rate / key?.rate, 'ge', 0.6, '×'],
    ['inserts: 64 connections against one', insert?.rate / insert?.rate_of_one, 'ge', 8, '×'],
    ['inserts: acknowledged and lost', insert?.lost, 'le', 0, ''],
  ];
  for (const name of ['key', 'page', 'embed', 'insert']) {
    found.push([`${name}: requests per CPU second against Fastify`, 1 / ratio(name, fastify), 'ge', 2, '×']);
  }
  found.push(
    ['import: cities a second', results.import?.rate, 'ge', 150000, ''],
    ['import: memory, MiB', results.import?.peak_mib, 'le', 80, ''],
    ['idle memory, MiB', trivet.idle_rss_mib, 'le', 30, ''],
    ['cold start to first answer, ms', trivet.start_ms, 'le', 30, ''],
  );
  return found;
}

// Each: [what, measured, 'le' or 'ge', bound, unit]; what wasn't measured is left out.
export function print_goals(found) {
  const rows = found.filter(([, value]) => value !== undefined && !Number.isNaN(value))
    .map(([what, value, sense, bound, unit]) => {
      const digits = bound >= 100 || bound === 0 ? 0 : 2;
      const good = sense === 'le' ? value <= bound : value >= bound;
      const goal = `${sense === 'le' ? '≤' : '≥'} ${number(bound, digits)}${unit}`;
      return [what, number(value, digits) + unit, goal, good ? 'yes' : 'NO'];
    });
  process.stdout.write(`\n${table(['to reach', 'measured', 'bound', 'reached'], rows)}`);
}

export function judge(results) {
  if (results.servers.trivet) print_goals(goals(results));
}
