/**
 * `npm run docs`: makes docs/api of the doc comments of what the package exports. Fails when something that
 * is exported has no comment, or a link leads nowhere. `--check` writes nothing, and fails when a page is
 * stale.
 */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, LogLevel } from 'typedoc';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(root, 'docs/api');

const options = {
  entryPoints: ['index', 'react', 'service-worker', 'inspector/index'].map((name) =>
    join(root, `js-bindings/src/${name}.ts`),
  ),
  tsconfig: join(root, 'js-bindings/tsconfig.json'),
  plugin: ['typedoc-plugin-markdown'],
  name: 'API reference',
  readme: 'none',
  ...{ excludeInternal: true, excludeExternals: true, excludePrivate: true, disableSources: true },
  ...{ router: 'module', hideBreadcrumbs: true, hidePageHeader: true, hideGroupHeadings: true },
  ...{ useCodeBlocks: false, useHTMLAnchors: true, formatWithPrettier: false, cleanOutputDir: true },
  ...{ interfacePropertiesFormat: 'table', typeAliasPropertiesFormat: 'table', parametersFormat: 'table' },
  ...{ classPropertiesFormat: 'table', typeDeclarationFormat: 'table' },
  validation: { notDocumented: true, notExported: true, invalidLink: true },
  requiredToBeDocumented: [
    ...['Enum', 'EnumMember', 'Variable', 'Function', 'Class', 'Interface', 'TypeAlias'],
    ...['Property', 'Method', 'Accessor', 'CallSignature', 'GetSignature', 'SetSignature'],
  ],
  /** Parts of what is exported, which is described as a whole. */
  intentionallyNotExported: ['BlockFault', 'Stored', 'StoredStretch'],
  treatValidationWarningsAsErrors: true,
  logLevel: LogLevel.Warn,
};

/** Writes the pages into a folder; throws after typedoc has said what is missing. */
async function writePages(folder) {
  const app = await Application.bootstrapWithPlugins({ ...options, out: folder });
  const project = await app.convert();
  if (!project) throw new Error('the sources can’t be read');
  app.validate(project);
  await app.generateOutputs(project);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('typedoc has something to say');
}

async function pagesOf(folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]));
}

async function checkPages() {
  const fresh = await mkdtemp(join(tmpdir(), 'chatlarder-docs-'));
  try {
    await writePages(fresh);
    const isSame = JSON.stringify(await pagesOf(fresh)) === JSON.stringify(await pagesOf(target));
    if (!isSame) throw new Error('docs/api is stale: run `npm run docs`');
  } finally {
    await rm(fresh, { recursive: true });
  }
}

try {
  await (process.argv.includes('--check') ? checkPages() : writePages(target));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
