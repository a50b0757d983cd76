/** Whose work is compiled into the WebAssembly, and the licences that go with every copy of it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'build/wasm');
const emscripten = execFileSync('em-config', ['EMSCRIPTEN_ROOT'], { encoding: 'utf8' }).trim();

const read = (folder, path) => readFileSync(join(folder, path), 'utf8').trim();

/** The comment that a source begins with, as far as it speaks of rights. */
function heading(folder, path, end) {
  const text = read(folder, path);
  const comment = text.slice(text.indexOf('/*') + 2, text.indexOf(end));
  return comment.replace(/^ \* ?/gm, '').trim();
}

/** Emscripten's parts bear only its name; its licence is the one of this package. */
function emscriptenText() {
  const own = read(root, 'LICENSE');
  const mit = own.slice(own.indexOf('Permission is hereby granted'));
  return `${heading(emscripten, 'system/lib/emmalloc.c', '\n *\n')}\n\nThe MIT license:\n\n${mit}`;
}

/** `words` are the holder and the licence: who reads another text has the wrong file. */
const compiledIn = [
  {
    name: 'cJSON',
    text: () => read(built, 'cjson/LICENSE'),
    words: ['Dave Gamble', 'Permission is hereby granted, free of charge'],
  },
  {
    name: 'uthash',
    text: () => heading(built, 'uthash/uthash.h', '*/'),
    words: ['Troy D. Hanson', 'Redistribution and use in source and binary forms'],
  },
  {
    name: 'the C library musl',
    text: () => read(emscripten, 'system/lib/libc/musl/COPYRIGHT'),
    words: ['Rich Felker', 'Permission is hereby granted, free of charge', 'Valentin Ochs'],
  },
  {
    name: 'emmalloc, of Emscripten',
    text: emscriptenText,
    words: ['The Emscripten Authors', 'Permission is hereby granted, free of charge'],
  },
];

/** @returns {{ name: string, text: string, missing: string[] }[]} `missing`: words that it should have */
export function licences() {
  return compiledIn.map(({ name, text: find, words }) => {
    const text = find();
    return { name, text, missing: words.filter((word) => !text.includes(word)) };
  });
}

/** The contents of dist/NOTICES.txt. */
export function notices() {
  const parts = licences().map(({ name, text }) => `chatlarder.wasm contains ${name}:\n\n${text}\n`);
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}
