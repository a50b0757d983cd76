/**
 * SQLite's own WebAssembly in a worker, on its pool of files in the origin-private file system: a table row
 * per message with its JSON as text, prepared statements, one transaction per order.
 */
import initSqlite, { type Database, type PreparedStatement, type SAHPoolUtil } from '@sqlite.org/sqlite-wasm';
import type { CachedMessage, OfflineOperation } from 'chatlarder';
import type { ServerMessage } from './messages.js';
import { parse, type ListPage, type MessagesPage } from './pages.js';

/**
 * What was fastest here in bulk: exclusive as the pool is anyway, a journal that stays open. A write-ahead
 * log makes no difference live and writes everything twice in bulk. Normal comes nearest to relaxed
 * transactions.
 */
const PRAGMAS = 'pragma locking_mode = exclusive; pragma journal_mode = truncate; pragma synchronous = ';
const SYNCHRONOUS = { relaxed: 'normal;', strict: 'full;' };
const SCHEMA = `
  create table if not exists messages (
    id text primary key not null,
    request_id text not null,
    sequence_number integer not null,
    cached_at integer not null,
    body text not null
  );
  create unique index if not exists by_request_sequence on messages (request_id, sequence_number);
  create table if not exists chats (
    request_id text primary key not null,
    last_activity text,
    body text not null
  ) without rowid;
  create index if not exists by_last_activity on chats (last_activity);
  create table if not exists operations (
    id text primary key not null, created_at integer not null, body text not null
  );
  create index if not exists by_created on operations (created_at);
  create table if not exists position (key text primary key not null, cursor text not null) without rowid;`;

const statements = {
  message: 'insert or replace into messages values (?, ?, ?, ?, ?)',
  chat: 'insert or replace into chats values (?, ?, ?)',
  chats: 'select body from chats order by last_activity desc limit ?',
  position: "insert or replace into position values ('sync', ?)",
  newest: `select body from messages where request_id = ? and sequence_number < ?
    order by sequence_number desc limit ?`,
  count: 'select count(*) from messages',
  operation: 'insert or replace into operations values (?, ?, ?)',
  waiting: 'select body from operations order by created_at',
  removeMessage: 'delete from messages where id = ?',
  removeOperation: 'delete from operations where id = ?',
  one: 'select body from messages where request_id = ? and sequence_number = ?',
};

type Statements = Record<keyof typeof statements, PreparedStatement>;

export class SqliteStore {
  readonly #pool: SAHPoolUtil;
  readonly #db: Database;
  readonly #statements: Statements;

  private constructor(pool: SAHPoolUtil, db: Database) {
    this.#pool = pool;
    this.#db = db;
    const prepared = Object.entries(statements).map(([name, sql]) => [name, db.prepare(sql)] as const);
    this.#statements = Object.fromEntries(prepared) as Statements;
  }

  /** Compiles SQLite and opens a database in a pool of its own. */
  static async open(name: string, durability: 'relaxed' | 'strict' = 'relaxed'): Promise<SqliteStore> {
    const sqlite = await initSqlite();
    const pool = await sqlite.installOpfsSAHPoolVfs({ name });
    const db = new pool.OpfsSAHPoolDb('/bench.sqlite3');
    db.exec(PRAGMAS + SYNCHRONOUS[durability] + SCHEMA);
    return new SqliteStore(pool, db);
  }

  /** Writes a list page and a messages page of each chat; all is committed when it returns. */
  ingest(list: Uint8Array, pages: Uint8Array[]): void {
    const now = Date.now();
    const { cursor, chats } = parse<ListPage>(list);
    this.#db.transaction(() => {
      for (const bytes of pages) this.#putAll(parse<MessagesPage>(bytes).messages, now);
      for (const chat of chats) this.#putChat(chat.requestId, chat.lastActivityAt, chat);
      this.#run('position', [cursor]);
    });
  }

  /** Writes messages that came one by one. */
  ingestLive(messages: Uint8Array[]): void {
    const now = Date.now();
    const moved = new Map<string, ServerMessage>();
    this.#db.transaction(() => {
      for (const bytes of messages) {
        const message = parse<ServerMessage>(bytes);
        this.#putAll([message], now);
        moved.set(message.requestId, message);
      }
      for (const { requestId, sequenceNumber: lastSyncedSequence, createdAt } of moved.values())
        this.#putChat(requestId, createdAt, { requestId, lastSyncedSequence });
    });
  }

  #putAll(messages: ServerMessage[], now: number): void {
    for (const message of messages) {
      const { id, requestId, sequenceNumber } = message;
      this.#run('message', [id, requestId, sequenceNumber, now, JSON.stringify(message)]);
    }
  }

  #putChat(requestId: string, lastActivityAt: string | null, row: object): void {
    this.#run('chat', [requestId, lastActivityAt, JSON.stringify(row)]);
  }

  #run(name: keyof Statements, values: (string | number | null)[]): void {
    this.#statements[name].bind(values).stepReset();
  }

  #column(name: keyof Statements, values: (string | number)[]): (string | number)[] {
    const statement = this.#statements[name];
    if (values.length) statement.bind(values);
    const column: (string | number)[] = [];
    while (statement.step()) column.push(statement.get(0) as string | number);
    statement.reset();
    return column;
  }

  /** The newest messages below a sequence number, ascending, as JSON of an array. */
  newest(requestId: string, limit: number, before = Number.MAX_SAFE_INTEGER): string {
    return `[${this.#column('newest', [requestId, before, limit]).reverse().join(',')}]`;
  }

  /** The chats with the newest activity, as JSON of an array. */
  chats(limit: number): string {
    return `[${this.#column('chats', [limit]).join(',')}]`;
  }

  count(): number {
    return this.#column('count', [])[0] as number;
  }

  /** One message's JSON, or null. */
  one(requestId: string, sequence: number): string | null {
    return (this.#column('one', [requestId, sequence])[0] as string | undefined) ?? null;
  }

  /** Writes a message that waits, and its operation. */
  send(message: CachedMessage, operation: OfflineOperation): void {
    this.#db.transaction(() => {
      this.#putAll([message as unknown as ServerMessage], Date.now());
      this.#run('operation', [operation.id, operation.createdAt, JSON.stringify(operation)]);
    });
  }

  /** All operations in their order, as JSON of an array. */
  waiting(): string {
    return `[${this.#column('waiting', []).join(',')}]`;
  }

  /** Replaces a message that waited by the server's. */
  sent(id: string, answer: ServerMessage): void {
    this.#db.transaction(() => {
      this.#run('removeMessage', [id]);
      this.#putAll([answer], Date.now());
      this.#run('removeOperation', [id]);
    });
  }

  /** Closes it and deletes its files. */
  async destroy(): Promise<void> {
    this.close();
    await this.#pool.removeVfs();
  }

  /** Lets go of the pool's files, so that another worker can open them. */
  close(): void {
    for (const statement of Object.values(this.#statements)) statement.finalize();
    this.#db.close();
    this.#pool.pauseVfs();
  }
}
