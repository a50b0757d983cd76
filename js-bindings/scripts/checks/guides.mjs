/** What the guides say of the package is what the package has. */
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { readText, root, trackedFiles } from './files.mjs';

const troubleshooting = 'docs/troubleshooting.md';

/** Every error code has its row in the guide, and every row is of an error code. */
export function errorCodes() {
  const known = Object.keys(JSON.parse(readText('wasm/schema.json')).errors);
  const told = [...readText(troubleshooting).matchAll(/^\| `(\w+)` +\|/gm)].map(([, code]) => code);
  const states = ['durable', 'volatile', 'unavailable'];
  const rows = told.filter((code) => !states.includes(code));
  return {
    problems: [
      ...known.filter((code) => !rows.includes(code)).map((code) => `${troubleshooting} doesn't say ${code}`),
      ...rows
        .filter((code) => !known.includes(code))
        .map((code) => `${troubleshooting}: there is no ${code}`),
      ...rows
        .filter((code, i) => rows.indexOf(code) < i)
        .map((code) => `${troubleshooting} says ${code} twice`),
    ],
    remark: `${known.length} codes`,
  };
}

/** The name under which a heading is linked to: letters, digits, hyphens; spaces become hyphens. */
function anchorOf(heading) {
  const text = heading.replace(/[`*]|\]\([^)]*\)/g, '').toLowerCase();
  return text
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

/** Of headings that are alike the second one ends in -1. */
function anchorsOf(text) {
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, heading] of text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.*)$/gm)) {
    const anchor = anchorOf(heading);
    let [name, number] = [anchor, 0];
    while (anchors.has(name)) name = `${anchor}-${(number += 1)}`;
    anchors.add(name);
  }
  return anchors;
}

/** Every link between the documents leads to a file, and to a heading in it. */
export function links() {
  const documents = trackedFiles(/^([A-Z]+|docs\/[\w/-]+|web-demo\/server\/README)\.md$/);
  return documents.flatMap((document) => {
    const text = readText(document).replace(/^```[\s\S]*?^```/gm, '');
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
    const wrong = targets.filter((target) => !/^\w+:/.test(target) && !leadsSomewhere(document, target));
    return wrong.map((target) => `${document} links to ${target}, which isn't there`);
  });
}

function leadsSomewhere(document, target) {
  const [path, anchor] = target.split('#');
  const file = path ? posix.join(dirname(document), path) : document;
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || anchorsOf(readText(file)).has(anchor);
}
