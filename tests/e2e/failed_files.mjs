// A reporter for node's test runner: the files that a failure stands in, one a line, each once.
import path from 'node:path';

export default async function* failedFiles(events) {
  const files = new Set();
  for await (const { type, data } of events) {
    if (type === 'test:fail' && data.file) files.add(path.relative('.', data.file));
  }
  for (const file of files) yield `${file}\n`;
}
