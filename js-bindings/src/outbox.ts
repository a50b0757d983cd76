import type { ChangeDetail, Larder } from './client.js';
import type { CoreEvent } from './core.js';
import type { LarderError } from './errors.js';
import type { OfflineOperation } from './gen/schema.js';
import { readOutbox } from './reads.js';
import { messageBody, refusalOf } from './sending.js';
import { watch } from './watch.js';

/**
 * What was written on this device and the server doesn't have yet: messages and read receipts. Each
 * operation is sent by itself, messages of one chat in the order in which they were written; one that the
 * server refused for good, or that failed too often, is `failed` until it is retried or cancelled.
 */
export class Outbox {
  readonly #larder: Larder;

  /** Use `larder.outbox`. */
  constructor(larder: Larder) {
    this.#larder = larder;
  }

  /** All operations, in the order in which they were written. Rejects with `closed` or `storage`. */
  list(): Promise<OfflineOperation[]> {
    return this.#larder.read(readOutbox, []);
  }

  /** Calls back with all operations at once and after each change; returns what stops it. */
  watch(callback: (operations: OfflineOperation[]) => void): () => void {
    const touches = ({ outbox }: ChangeDetail) => outbox;
    return watch(this.#larder, touches, () => this.list(), callback);
  }

  /**
   * Tries an operation again that failed, behind those of its chat that wait, or that waits for its next try.
   * Resolves when that is stored. Rejects with `unknown_operation`.
   */
  retry(id: string): Promise<void> {
    return this.#command({ type: 'retry', id });
  }

  /** Tries everything again that failed. */
  retryAll(): Promise<void> {
    return this.#command({ type: 'retryAll' });
  }

  /**
   * Gives up an operation; a message that was not sent goes with it. Rejects with `unknown_operation`, or
   * with `operation_under_way` while it is being sent.
   */
  cancel(id: string): Promise<void> {
    return this.#command({ type: 'cancel', id });
  }

  /**
   * Changes the text of a message that can't have arrived; one that failed is tried again. Rejects with an
   * `ArgumentError`, `unknown_operation`, `operation_under_way`, or with `operation_attempted` when the
   * message may have arrived.
   */
  edit(id: string, content: string): Promise<void> {
    return this.#command({ type: 'edit', id }, messageBody({ content })).catch((error: LarderError) => {
      throw refusalOf(error);
    });
  }

  async #command(header: CoreEvent['header'], body?: Uint8Array): Promise<void> {
    await this.#larder.command(body ? { header, body } : { header });
  }
}
