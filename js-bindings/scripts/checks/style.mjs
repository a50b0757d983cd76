/** The rules of style that a formatter does not know. */
import { readText, trackedFiles } from './files.mjs';

const lineLength_max = 110;
const functionLines_max = 60;
const functionLines_wanted = 40;
const coreFileLines_max = 500;

function withoutFinalNewline(path) {
  return readText(path).replace(/\n$/, '').split('\n');
}

export function lineLength() {
  const files = trackedFiles(/\.(c|h|ts|tsx|js|mjs|css|html|cmake)$|(^|\/)CMakeLists\.txt$/);
  return files.flatMap((path) => {
    const tooLong = withoutFinalNewline(path).map((line, i) => ({ number: i + 1, length: [...line].length }));
    const found = tooLong.filter(({ length }) => length > lineLength_max);
    return found.map(
      ({ number, length }) => `${path}:${number} has ${length} characters, not ${lineLength_max}`,
    );
  });
}

/**
 * The functions of a formatted C file: a definition starts in the first column, its parameters end with
 * `) {`, and its closing brace is alone in the first column.
 *
 * @returns {{name: string, line: number, lines: number}[]} `line` is where the definition starts
 */
export function functionsOf(source) {
  const functions = [];
  let start = null;
  let body = null;
  source.split('\n').forEach((text, i) => {
    if (body === null && /^[A-Za-z_]/.test(text)) start = i;
    if (body === null && start !== null && /\)\s*\{$/.test(text)) body = i;
    if (!text.startsWith('}')) return;
    if (body !== null) {
      const [, name = '?'] = /(\w+)\s*\(/.exec(source.split('\n')[start]) ?? [];
      functions.push({ name, line: start + 1, lines: i - start + 1 });
    }
    start = null;
    body = null;
  });
  return functions;
}

export function functionLength() {
  const files = trackedFiles(/^(wasm|tests)\/.*\.c$/);
  const all = files.flatMap((path) => functionsOf(readText(path)).map((found) => ({ path, ...found })));
  const tooLong = all.filter(({ lines }) => lines > functionLines_max);
  const long = all.filter(({ lines }) => lines > functionLines_wanted).length;
  return {
    problems: tooLong.map(({ path, line, name, lines }) => `${path}:${line} ${name} has ${lines} lines`),
    remark: `${all.length} functions, ${long} of them over ${functionLines_wanted} lines`,
  };
}

export function coreFileLength() {
  const sizes = trackedFiles(/^wasm\/.*\.[ch]$/).map((path) => ({
    path,
    lines: withoutFinalNewline(path).length,
  }));
  const tooLong = sizes.filter(({ lines }) => lines > coreFileLines_max);
  return tooLong.map(({ path, lines }) => `${path} has ${lines} lines, not ${coreFileLines_max}`);
}
