import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generateMessages } from '../../../web-demo/server/generate.mjs';
import { loadMessages } from '../../../web-demo/server/load.mjs';
import { MediaFiles } from '../../../web-demo/server/media-files.mjs';
import { withSamples } from '../../../web-demo/server/samples/index.mjs';

/** How a file of each type begins. */
const BEGINNINGS = /** @type {Record<string, number[]>} */ ({
  'image/jpeg': [0xff, 0xd8, 0xff],
  'image/png': [0x89, 0x50, 0x4e, 0x47],
  'video/mp4': [0, 0, 0, 0x1c, 0x66, 0x74, 0x79, 0x70],
  'audio/wav': [0x52, 0x49, 0x46, 0x46],
  'application/pdf': [0x25, 0x50, 0x44, 0x46],
  'image/svg+xml': [0x3c, 0x73, 0x76, 0x67],
  'text/plain': [0x30, 0x39, 0x3a],
});

/** @param {import('../api.test.mjs').Context} context */
export function samplesSuite(context) {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chatlarder-samples-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('the made-up chats carry pictures, a film, a sound and documents', async () => {
    const records = () => withSamples(generateMessages(9, 12), 12);
    const report = await loadMessages(context.database, records(), new MediaFiles(folder));
    assert.deepEqual([report.chats, report.messages], [9, 108]);
    const { url } = await context.serve({ mediaDir: folder });
    const { media } = await (
      await fetch(`${url}api/v1/devices/robins-laptop/media`, {
        headers: { authorization: 'Bearer customer-token' },
      })
    ).json();
    assert.ok(media.length > 5);
    const rows = await context.database.query(
      `SELECT o.id, o.mime_type, o.bytes, m.file_size, m.file_mime_type,
              coalesce(m.file_name, m.screenshot_file_name) AS name
         FROM media_objects o JOIN messages m ON m.id = o.message_id`,
    );
    assert.deepEqual(new Set(rows.map((row) => row.mime_type)), new Set(Object.keys(BEGINNINGS)));
    for (const row of rows) {
      assert.deepEqual([row.file_size, row.file_mime_type], [row.bytes, row.mime_type]);
      const response = await fetch(`${url}api/v1/media/${row.name}/download`, {
        headers: { authorization: 'Bearer customer-token' },
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      assert.equal(bytes.length, row.bytes);
      const beginning = BEGINNINGS[row.mime_type];
      assert.deepEqual([...bytes.subarray(0, beginning.length)], beginning, row.mime_type);
    }
    const again = await loadMessages(context.database, records(), new MediaFiles(folder));
    assert.deepEqual([again.chats, again.messages], [0, 0]);
  });
}
