#ifndef LARDER_H
#define LARDER_H

#include <stddef.h>
#include <stdint.h>

/**
 * Chatlarder's core: what to keep, fetch, send, retry and repair of chats that are cached on a device.
 *
 * The core is sans-IO. It reads no clock, draws no random numbers, opens no file and no connection; the host
 * hands it events and the time, and carries out the plans that come back:
 *
 *     larder *core = larder_new(seed);
 *     memcpy(larder_input(core, size), frames, size);
 *     while (larder_step(core, now_ms) != LARDER_DONE) {
 *         // carry out the plan's writes, then its reads, and hand the rows in as one `rows` event,
 *         // or nothing after LARDER_MORE
 *     }
 *     // carry out the last plan's writes, commit, and only then let calls, signals and replies out;
 *     // eager calls may leave before, and their answers may be stepped within the same transaction
 *
 * An event is a frame: two little-endian 32-bit sizes, then the header (JSON with at least `type`), then the
 * body (bytes of a server or of the store, as they are). Event types and their headers:
 *
 * | type           | header                                    | body                                  |
 * | -------------- | ----------------------------------------- | ------------------------------------- |
 * | `hydrate`      | `userId?`, `layout?` (`rows`, `blocks`),  | `{chat_meta: [...], cache_stats: [],  |
 * |                | `setAside?` (requestIds), `again?`: not   | offline_queue: [], media_meta: []}`   |
 * |                | the first core; `limits?`: as of         |                                       |
 * |                | `limits`; `generation?`: see below        |                                       |
 * | `rows`         |                                           | one array per read that was asked for |
 * | `block`, only  | `requestId`, `firstSequence`,             | the block's `data`                    |
 * | after `rows`   | `lastSequence`, `count`, `bytes`: all as  |                                       |
 * |                | the block's row has them                  |                                       |
 * | `connectivity` | `online`                                  |                                       |
 * | `credentials`  |                                           |                                       |
 * | `deadline`     |                                           |                                       |
 * | `signal`       | `requestId?`, `revision?`                 |                                       |
 * | `reply`        | `call` (as the plan had it), `status`, or | the answer                            |
 * |                | `failure`; `retryAfter?`, `reason?`       |                                       |
 * | `open`         | `command?`, `requestId`                   |                                       |
 * | `close`        | `command?`, `requestId`                   |                                       |
 * | `sync`         | `command`, `requestId?`                   |                                       |
 * | `fill`         | `command`, `requestId`, `startSeq`,       |                                       |
 * |                | `endSeq`                                  |                                       |
 * | `touch`        | `requestId`                               |                                       |
 * | `read`         | `command?`, `requestId`, `upToSequence`,  |                                       |
 * |                | `id?`: of the receipt's operation         |                                       |
 * | `damaged`      | `requestId`, `firstSequence`,             |                                       |
 * |                | `lastSequence`                            |                                       |
 * | `send`         | `command?`, `requestId`, `id`             | `{content, isScreenshot?,             |
 * |                |                                           | screenshotFileName?, ...}`            |
 * | `edit`         | `command?`, `id`                          | as of `send`; what it doesn't give    |
 * |                |                                           | stays                                 |
 * | `retry`        | `command?`, `id`                          |                                       |
 * | `retryAll`     | `command?`                                |                                       |
 * | `cancel`       | `command?`, `id`                          |                                       |
 * | `mediaGet`     | `command`, `requestId`, `filename`,       |                                       |
 * |                | `priority?`, `messageId?`, `missing?`: a  |                                       |
 * |                | key under which nothing was found         |                                       |
 * | `mediaForget`  | `of`: a `mediaGet` that nobody waits for  |                                       |
 * | `mediaTouch`   | `ids?`, `hits?`: what was read            |                                       |
 * | `mediaPin`     | `command?`, `requestId`, `filename?`,     |                                       |
 * |                | `pinned`                                  |                                       |
 * | `mediaPriority`| `command?`, `requestId`, `filename?`,     |                                       |
 * |                | `priority`                                |                                       |
 * | `mediaPrefetch`| `command?`, `requestId`, `priority?`      | `[{filename, messageId?, fileSize?,   |
 * |                |                                           | mimeType?}]`                          |
 * | `mediaDelete`  | `command?`, `requestId`, `filename?`      |                                       |
 * | `mediaEvict`   | `command?`, `bytes`, `requestId?`         |                                       |
 * | `mediaFiles`   |                                           | `[{requestId, key}]`: all there are   |
 * | `repair`       | `command?`                                | `{orphans: [keys], files: [{requestId,|
 * |                |                                           | key}], missing: [ids],                |
 * |                |                                           | damaged: [ids], thumbnails: [ids]}`   |
 * | `limits`       | `command?`, `bytes?`: of all that is      |                                       |
 * |                | stored, `itemBytes?`: of one item         |                                       |
 * | `quotaExceeded`| `times?`: how many transactions in a row  |                                       |
 * |                | the browser's quota has aborted; `usage?` |                                       |
 * |                | of its storage then, as it says           |                                       |
 *
 * Without `filename` a command of media is about all files of the chat, and those that come later. `hydrate`
 * tells of media `files?` (there are files besides the database), `filesFrom?` (bytes from which on they are
 * used), `thumbnails?` (the side of them; 0: none are made), `keeps?` (false: nothing can be stored), and
 * `more?`: the next event is a `hydrate` with more rows of `media_meta`, and nothing is done before.
 *
 * An operation's `id` is a UUID made by the caller: the same event twice makes one operation. It is the
 * idempotency key of its calls as well, and of a message the `tempId`.
 *
 * The reply to `fetchMedia` has `held` (the host's name of the bytes), `size`, `sha256`, `place` (`database`,
 * `files`: under the key of its call) and what the server says: `expectedSize?`, `expectedSha256?`,
 * `mimeType?`, `originalFilename?`, `messageId?`; after a failure `received`, the bytes that the host
 * keeps. That to `makeThumbnail` has `held`, `size`, `mimeType`; that to `estimateStorage` `usage` and
 * `quota`.
 *
 * Any header may have `attempt`: 2 when a transaction with this event aborted before (it is then planned with
 * more reads), 3 or more: it is set aside and reported; and `joins`: it is stepped within the transaction of
 * the step before. A command's may have `mail`: the key in `cache_stats` of the row that it came by, which
 * the same transaction deletes and replaces by its answer, `{key: "answer:" + command, reply}`.
 *
 * A plan is JSON:
 *
 *     { "durability": "relaxed" | "strict",
 *       "deadline": ms or null,              when to hand in a `deadline` event at the latest
 *       "more": true,                        only when the step goes on though nothing is to be read
 *       "generation": n,                     as the host gave it with `hydrate`; if another has been claimed
 *                                            since (row `leader` of `cache_stats`) the transaction must abort
 *       "writes": [{"op": "put" | "add" | "addBytes" | "putBlob", "store", "rows"}
 *                  | {"op": "delete", "store", "keys"}],
 *                                            in this order; an `add` of what is there aborts; `data` of an
 *                                            `addBytes` row stands for `bytes` bytes at that offset of
 *                                            `larder_bytes`; a `putBlob` row is given as `data` the bytes
 *                                            that the host calls `held`
 *       "reads": [{"store", "index", "from", "to", "limit?"} | {"store", "keys"} | {"store", "tally": true}
 *                 | {"store", "requestId", "from", "to", "limit?"}],
 *                                            the last asks for blocks, which come as `block` events: those
 *                                            that meet [from, to], ascending
 *       "calls": [{"id", "method", "timeoutMs", "params", "eager?", "operation?"}],
 *                                            `id` 0: nobody waits for an answer
 *       "signals": [{"type": "chat", "requestId", "state", "written"} | {"type": "chats"}
 *                   | {"type": "connection", "state"} | {"type": "auth"} | {"type": "outbox"}
 *                   | {"type": "quota", "level", "usage", "quota", "limit", "total", "notKept?"}
 *                   | {"type": "media", "requestId", "id", "status", "reason?"}
 *                   | {"type": "error", "code", "requestId?", "path?", "reason?"}],
 *       "replies": [{"command", "code?", "path?", "reason?", "result?"}] }
 *
 * `tally` asks of `messages` and of `message_blocks` for one row per chat: `requestId`, `bytes` (of blocks
 * theirs; of rows the UTF-8 bytes of `content`, in which U+0000 and a lone surrogate count as U+FFFD, and
 * `LIMIT_ROW_OVERHEAD_BYTES` each), and of what has a server's number `count`, `firstSequence` and
 * `lastSequence`.
 *
 * A `send` is answered with the message as it was stored, without its content; a `mediaGet` with
 * `{id, kept: true, key, mimeType}` or `{id, kept: false, held, mimeType}`, which the host then hands out; a
 * `mediaEvict` with the `bytes` that went; a `repair` with what was `removed` and `refetched`.
 *
 * Everything is single-threaded. Times are milliseconds since 1970.
 */
typedef struct larder larder;

enum {
    LARDER_DONE = 0,  /* the plan is complete */
    LARDER_READS = 1, /* the plan asks for rows; hand them in and step again */
    LARDER_MORE = 2,  /* the plan has grown large: carry it out and step again, in the same transaction */
    LARDER_NO_MEMORY = -1, /* drop this core, hydrate a new one and replay the events */
};

/** A new core, empty until its `hydrate` event; NULL when memory has run out. `seed` drives its jitter. */
larder *larder_new(uint32_t seed);

/**
 * Where to write the next input of `size` bytes: one or more frames, or, after `LARDER_READS`, the single
 * frame of a `rows` event. Owned by the core, valid until the next step. NULL when memory has run out.
 */
void *larder_input(larder *l, size_t size);

/**
 * Decides on the input. `now_ms` that lies before an earlier one counts as that one. Returns one of the
 * values above; after `LARDER_NO_MEMORY` only `larder_free` may follow.
 */
int larder_step(larder *l, double now_ms);

/** The plan of the last step: UTF-8, not NUL-terminated, owned by the core, valid until the next step. */
const char *larder_plan(const larder *l);
/** Its size in bytes. */
size_t larder_plan_size(const larder *l);
/** The bytes that the plan's `addBytes` rows point into; the same owner and life. */
const char *larder_bytes(const larder *l);

/** Frees the core; NULL is fine. */
void larder_free(larder *l);

#endif
