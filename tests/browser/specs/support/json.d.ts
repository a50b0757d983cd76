/** Spared the type checker: a dump of a database. */
declare module '*/version-3.json' {
  type Rows = Record<string, unknown>[];
  const fixture: {
    about: string;
    version: number;
    stores: {
      cache_stats: Rows;
      chat_meta: Rows;
      media_blobs: Rows;
      media_meta: Rows;
      messages: Rows;
      offline_queue: Rows;
    };
  };
  export default fixture;
}
