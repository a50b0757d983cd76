/**
 * Makes wasm/gen/schema.{h,c} and js-bindings/src/gen/schema.ts of wasm/schema.json.
 * `--check` writes nothing and exits with 1 when a generated file is stale.
 */
import { readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const schema = JSON.parse(readFileSync(join(root, 'wasm/schema.json'), 'utf8'));
const banner = 'Generated from wasm/schema.json by js-bindings/scripts/generate.mjs; do not edit.';

const snake = (name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
const upper = (name) => (name === name.toUpperCase() ? name : snake(name).toUpperCase());
const pascal = (name) => name[0].toUpperCase() + name.slice(1);

/** The C header: enums with their names, limits, error codes, one rule table per record. */
function cHeader() {
  const out = [`/* ${banner} */`, '#ifndef LARDER_GEN_SCHEMA_H', '#define LARDER_GEN_SCHEMA_H', ''];
  out.push('#include "record.h"', '');
  out.push(`#define LARDER_SCHEMA_VERSION ${schema.database.version}`);
  for (const [name, value] of Object.entries(schema.limits))
    out.push(`#define LIMIT_${upper(name)} ${value}LL`);
  for (const store of schema.stores) out.push(`#define STORE_${upper(store.name)} "${store.name}"`);
  for (const [name, values] of cEnums()) out.push('', ...cEnum(name, values));
  for (const name of cRecords()) {
    const members = schema.records[name].map(
      (field) => `    ${upper(name)}_${upper(field.name).replace(/^_/, '')},`,
    );
    out.push('', 'enum {', ...members, '};', `extern const record_rule ${snake(name)}_record;`);
  }
  out.push('', '#endif', '');
  return out.join('\n');
}

/** The C tables behind the header. */
function cTables() {
  const out = [`/* ${banner} */`, '#include "schema.h"', ''];
  for (const [name, values] of cEnums()) {
    const names = [...values.map((value) => `    "${value}",`), '    NULL,'];
    out.push(`const char *const ${snake(name)}_names[] = {`, ...names, '};', '');
  }
  for (const name of cRecords()) {
    const fields = schema.records[name];
    const rules = fields.map((field) => `    ${cField(field)},`);
    out.push(`static const field_rule ${snake(name)}_fields[] = {`, ...rules, '};');
    out.push(
      `const record_rule ${snake(name)}_record = {"${name}", ${snake(name)}_fields, ${fields.length}};`,
      '',
    );
  }
  return out.join('\n');
}

const cEnums = () => [
  ...Object.entries(schema.enums),
  ['errorCode', ['none', ...Object.keys(schema.errors)]],
];

function cEnum(name, values) {
  const members = values.map((value) => `    ${upper(name)}_${upper(value)},`);
  return [
    'typedef enum {',
    ...members,
    `} ${snake(name)};`,
    `extern const char *const ${snake(name)}_names[];`,
  ];
}

/** A record's rules may point at another record's, so that one comes first. */
function recordsInOrder() {
  const done = new Set();
  const visit = (name) => {
    if (done.has(name)) return;
    for (const field of schema.records[name]) if (field.record) visit(field.record);
    done.add(name);
  };
  Object.keys(schema.records).forEach(visit);
  return [...done];
}

/** Records with bytes or Blobs never come as JSON. */
const cRecords = () =>
  recordsInOrder().filter((name) =>
    schema.records[name].every(({ type }) => type !== 'bytes' && type !== 'blob'),
  );

function cField(field) {
  const parts = [`.name = "${field.name}"`, `.type = FIELD_${field.type.toUpperCase()}`];
  if (field.required) parts.push('.required = true');
  if (field.nullable) parts.push('.nullable = true');
  if (field.core) parts.push('.core = true');
  if (field.min !== undefined) parts.push(`.min = ${field.min}LL`);
  const max = field.max ?? (field.type === 'integer' ? Number.MAX_SAFE_INTEGER : undefined);
  if (max !== undefined) parts.push(`.max = ${max}LL`);
  if (field.enum) parts.push(`.values = ${snake(field.enum)}_names`);
  if (field.record) parts.push(`.record = &${snake(field.record)}_record`);
  if (field.default !== undefined) parts.push(`.fallback = ${JSON.stringify(JSON.stringify(field.default))}`);
  return `{${parts.join(', ')}}`;
}

/** The TypeScript side: record types, enums, store table. */
function typescript() {
  checkComments();
  const out = [`// ${banner}`, ''];
  out.push(`export const DATABASE = ${JSON.stringify(schema.database)} as const;`, '');
  for (const [name, values] of Object.entries(schema.enums)) {
    out.push(...tsComment('', schema.comments[pascal(name)]));
    out.push(`export type ${pascal(name)} = ${values.map((value) => `'${value}'`).join(' | ')};`);
  }
  out.push(
    '',
    ...tsComment('', schema.comments.ErrorCode),
    `export type ErrorCode = ${Object.keys(schema.errors)
      .map((code) => `'${code}'`)
      .join(' | ')};`,
    '',
  );
  for (const [name, fields] of Object.entries(schema.records)) out.push(...tsRecord(name, fields), '');
  out.push('/** One object store as IndexedDB is to have it. */');
  out.push('export interface StoreSchema {', '  name: string;', '  keyPath: string | string[];');
  out.push('  indexes: { name: string; keyPath: string | string[]; unique?: true }[];', '}', '');
  const index = ({ name, keyPath, unique }) => ({ name, keyPath, ...(unique ? { unique } : {}) });
  const stores = schema.stores.map(({ name, keyPath, indexes }) => {
    return { name, keyPath, indexes: indexes.map(index) };
  });
  out.push(`export const STORES: StoreSchema[] = ${JSON.stringify(stores, null, 2)};`, '');
  return out.join('\n');
}

/** A constant for each limit or text, so that a bundle holds only those that it uses. */
function typescriptConstants(values) {
  const lines = Object.entries(values).map(
    ([name, value]) => `export const ${name} = ${JSON.stringify(value)};`,
  );
  return [`// ${banner}`, '', ...lines, ''].join('\n');
}

/** A comment is of an enum, of the error codes, or of a record (under an empty name) and its fields. */
function checkComments() {
  const types = new Set(['ErrorCode', ...Object.keys(schema.enums).map(pascal)]);
  for (const [name, comments] of Object.entries(schema.comments)) {
    const fields = new Set(['', ...(schema.records[name] ?? []).map((field) => field.name)]);
    const isKnown = types.has(name) || Object.keys(comments).every((field) => fields.has(field));
    if (!isKnown) throw new Error(`the comments in wasm/schema.json are of something unknown in ${name}`);
  }
}

/** What apps see of the schema has a comment, so that the reference of the API has one. */
function tsComment(indent, text) {
  return text ? [`${indent}/** ${text} */`] : [];
}

function tsRecord(name, fields) {
  const comments = schema.comments[name] ?? {};
  const lines = fields.flatMap((field) => {
    const optional =
      field.optional || (!field.required && !field.core && field.default === undefined) ? '?' : '';
    const type = `${tsType(field)}${field.nullable ? ' | null' : ''}`;
    return [...tsComment('  ', comments[field.name]), `  ${field.name}${optional}: ${type};`];
  });
  return [...tsComment('', comments['']), `export interface ${name} {`, ...lines, '}'];
}

function tsType(field) {
  if (field.type === 'integer' || field.type === 'number') return 'number';
  if (field.type === 'boolean') return 'boolean';
  if (field.type === 'enum') return pascal(field.enum);
  if (field.type === 'bytes') return 'ArrayBuffer';
  if (field.type === 'blob') return 'Blob | ArrayBuffer';
  if (field.type === 'object') return field.record ?? 'Record<string, unknown>';
  if (field.type === 'array') return `${field.record ?? 'unknown'}[]`;
  return 'string';
}

const targets = {
  'wasm/gen/schema.h': cHeader(),
  'wasm/gen/schema.c': cTables(),
  'js-bindings/src/gen/schema.ts': typescript(),
  'js-bindings/src/gen/limits.ts': typescriptConstants(schema.limits),
  'js-bindings/src/gen/error-texts.ts': typescriptConstants(schema.errors),
};

let stale = 0;
for (const [path, text] of Object.entries(targets)) {
  const file = join(root, path);
  let before = '';
  try {
    before = readFileSync(file, 'utf8');
  } catch {
    // A missing file is a stale one.
  }
  if (before === text) continue;
  stale += 1;
  if (process.argv.includes('--check')) console.error(`${path} is stale: run npm run generate`);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
if (process.argv.includes('--check')) process.exit(stale ? 1 : 0);
