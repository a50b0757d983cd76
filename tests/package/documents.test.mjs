/**
 * Every snippet of README and guides does what it says. A block says behind its language where it runs:
 *
 * - `ts page`, `tsx page`: as a module in a page, against the reference server;
 * - `ts service-worker`: as a service worker, which is installed;
 * - `ts file`: its first line names the file, which one that runs in a page uses;
 * - `ts start`: in the README's start, which start.test.mjs follows.
 *
 * All are compiled, strictly, against the packed package. A block of another kind has a check of its own.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { installPacked } from './install.mjs';
import { documents, extract, root, snippetsOf } from './snippets/extract.mjs';
import { buildSite, installWorker, policyOf, runInPage, visitSite } from './snippets/site.mjs';
import { typeProblems, writeSnippets } from './snippets/types.mjs';
import { commandsOf, readStart } from './told.mjs';

const { guides, reference } = await documents();
const inGuides = (await Promise.all(guides.map(snippetsOf))).flat();
const inReference = (await Promise.all(reference.map(snippetsOf))).flat();
const { name: packageName, scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

const start = await readStart();

const isProgram = ({ language }) => /^tsx?$/.test(language);
const programs = inGuides.filter(isProgram);
const titleOf = ({ document, line }) => `${document}:${line}`;

/** How a block that is no program is checked, by its language; each answers what is wrong, or null. */
const checks = {
  sh: ({ code }) => commandsOf(code).map(commandProblem).find(Boolean) ?? null,
  http: async ({ code }) => {
    const served = `Content-Security-Policy: ${await policyOf(visit)}`;
    return code.replace(/\s+/g, ' ').trim() === served ? null : `pages are served with ${served}`;
  },
  html: (snippet) => startProblem(null, snippet),
  text: ({ code }) => (/[─▶]/.test(code) ? null : 'only a drawing may be text'),
};

const places = { page: runInPage, 'service-worker': installWorker, file: fileProblem, start: startProblem };

/** The package's name for `npm install`, a command of the start, or a script of this repository. */
function commandProblem(line) {
  const [npm, command, name] = line.split(/\s+/);
  const script = command === 'run' ? name : command;
  if (start.commands.includes(line)) return null;
  if (npm === 'npm' && (command === 'install' ? name === packageName : script in scripts)) return null;
  return `there is no command ${line}`;
}

/** Another snippet of the document imports the file, and so runs it. */
function fileProblem(_visit, { document, name }) {
  const users = programs.filter((other) => other.document === document && other.place === 'page');
  return users.some(({ code }) => code.includes(`./${name}.js`)) ? null : `nothing imports ./${name}.js`;
}

/** The block is one of the start's files. */
function startProblem(_visit, { code }) {
  return start.files.some(({ contents }) => contents === code) ? null : 'it is no file of the start';
}

let packed;
let visit;

before(async () => {
  packed = await installPacked();
  await writeSnippets(packed.app, [...inGuides, ...inReference].filter(isProgram));
  visit = await visitSite(await buildSite(packed.app, programs));
});

after(async () => {
  await visit?.close();
  await packed?.remove();
});

test('blocks are found, with their places', () => {
  const text = 'A\n\n```ts page\n// my-file.ts\nlet a;\n```\n\n- B\n\n  ```sh\n  npm test\n  ```\n';
  const found = extract('a.md', text).map(({ line, language, place, code, name }) => {
    return [line, language, place, code, name];
  });
  assert.deepEqual(found, [
    [4, 'ts', 'page', '// my-file.ts\nlet a;\n', 'my-file'],
    [11, 'sh', '', 'npm test\n', 'line-11'],
  ]);
  assert.throws(() => extract('a.md', '```ts\n'), /a\.md:2/);
});

test('the snippets compile', async () => {
  assert.deepEqual(await typeProblems(packed.app, programs, ['context.d.ts']), []);
});

test('the examples in doc comments compile', async () => {
  assert.deepEqual(
    inReference.filter((snippet) => !isProgram(snippet)).map(titleOf),
    [],
    'an example is TypeScript',
  );
  const contexts = ['context.d.ts', 'reference-context.d.ts'];
  assert.deepEqual(await typeProblems(packed.app, inReference, contexts), []);
});

/** What the README's first program shows; all others need only run to their end. */
async function lookAtStart(tab) {
  await tab.locator('#messages li').nth(49).waitFor();
  assert.equal(await tab.locator('#chats li').count(), 3);
  await tab.locator('#messages li', { hasText: 'Could you restart it once, please?' }).waitFor();
  await tab.waitForFunction(() => document.title === '0 to be sent, 0 refused');
}

test('the README shows chats and messages and sends as it says', { timeout: 60_000 }, async () => {
  assert.equal(await runInPage(visit, programs[0], lookAtStart), null);
});

describe('a snippet does what it says', () => {
  for (const snippet of inGuides.filter((each) => each !== programs[0])) {
    const { language, place } = snippet;
    const check = isProgram(snippet)
      ? places[place] && (() => places[place](visit, snippet))
      : checks[language] && (() => checks[language](snippet));
    test(titleOf(snippet), { timeout: 30_000 }, async () => {
      assert.ok(check, `nothing covers a block of ${language || 'no language'} ${place}`);
      assert.equal(await check(), null);
    });
  }
});
