// Server-sent events of a watched table, read by fetch.
import assert from 'node:assert/strict';

// {status, body} where it is refused; else {next(), until(count), ended, stop()}. Events are {event, id, data}.
export async function watch(t, url, headers) {
  const stopping = new AbortController();
  const answer = await fetch(url, { headers: { ...headers, accept: 'text/event-stream' }, signal: stopping.signal });
  if (answer.status !== 200) return { status: answer.status, body: await answer.json() };
  assert.equal(answer.headers.get('content-type'), 'text/event-stream');
  t.after(() => stopping.abort());
  const events = [];
  let ended = false;
  let wake = () => {};
  (async () => {
    let text = '';
    try {
      for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
        text += piece;
        const blocks = text.split('\n\n');
        text = blocks.pop();
        for (const block of blocks) {
          const event = Object.fromEntries(block.split('\n').filter((line) => !line.startsWith(':'))
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
          if (event.event) events.push({ ...event, data: JSON.parse(event.data) });
        }
        wake();
      }
    } catch { /* cut off: that is an end too */ }
    ended = true;
    wake();
  })();
  const changed = (timeout) => new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`nothing came: ${JSON.stringify(events)}`)), timeout);
    wake = () => { clearTimeout(late); resolve(); };
  });
  const stream = {
    events,
    hasEnded: () => ended,
    // Events taken off, as "insert 1", once there are so many: by id, or else by what is right.
    take: async (count, timeout = 20_000) => {
      while (events.length < count && !ended) await changed(timeout);
      return events.splice(0, count).map(({ event, data }) => `${event} ${data.id ?? data.right ?? ''}`.trim());
    },
    end: async (timeout = 20_000) => { while (!ended) await changed(timeout); },
    stop: () => stopping.abort(),
  };
  assert.deepEqual(await stream.take(1), ['ready']);
  return stream;
}
