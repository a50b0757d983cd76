#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { startServer } from './start.mjs';

const USAGE = `Usage: node web-demo/server/main.mjs [--data FILE.ndjson[.gz]] [--generate CHATS,MESSAGES]

  --data FILE                load messages, one JSON object a line: chat, seq, time, nick, text
  --generate CHATS,MESSAGES  make up so many chats with so many messages each

Environment: PORT (8080), DATA_DIR (in memory when unset), DATABASE_URL (a PostgreSQL instead),
MEDIA_DIR (where the files of messages lie, by default below DATA_DIR), FAULTS=1 (fault switches for tests),
HISTORY_KEPT (10000), LOG_LEVEL (warn).`;

const GENERATED_MESSAGES_MAX = 5_000_000;

/** What is wrong with how the server was called; shown without a stack. */
class UsageError extends Error {}

/** @param {string | undefined} text @param {string} name @param {number} fallback @param {number} max */
function numberFrom(text, name, fallback, max) {
  if (text === undefined || text === '') return fallback;
  if (!/^[0-9]{1,9}$/.test(text) || Number(text) > max) {
    throw new UsageError(`${name} must be a whole number from 0 to ${max}, not "${text}".`);
  }
  return Number(text);
}

/** @param {string | undefined} text */
function generateFrom(text) {
  if (text === undefined) return undefined;
  const [, chats, messages] = (/^([1-9][0-9]{0,6}),([1-9][0-9]{0,6})$/.exec(text) ?? []).map(Number);
  if (!chats) throw new UsageError(`--generate wants CHATS,MESSAGES, for example 50,200, not "${text}".`);
  if (chats * messages > GENERATED_MESSAGES_MAX) {
    throw new UsageError(`--generate makes at most ${GENERATED_MESSAGES_MAX} messages in all.`);
  }
  return { chats, messages };
}

/** @param {string[]} args */
function parse(args) {
  try {
    const options = /** @type {const} */ ({ data: { type: 'string' }, generate: { type: 'string' } });
    return parseArgs({ args, options: { ...options, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new UsageError(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
  }
}

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function main(args, env) {
  const { data, generate, help } = parse(args);
  if (help) {
    console.log(USAGE);
    return;
  }
  const server = await startServer({
    port: numberFrom(env.PORT, 'PORT', 8080, 65_535),
    dataDir: env.DATA_DIR || undefined,
    databaseUrl: env.DATABASE_URL || undefined,
    mediaDir: env.MEDIA_DIR || undefined,
    faults: env.FAULTS === '1',
    historyKept: numberFrom(env.HISTORY_KEPT, 'HISTORY_KEPT', 10_000, 1_000_000),
    data,
    generate: generateFrom(generate),
    logger: { level: env.LOG_LEVEL ?? 'warn', stream: process.stderr },
    say: console.log,
  });
  stopOnSignals(server);
  console.log(`Listening on ${server.url}`);
}

/**
 * The first signal closes cleanly, the second ends at once. @param {{ close: () => Promise<void> }} server
 */
function stopOnSignals(server) {
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) {
    process.once(signal, () => server.close().catch(fail));
  }
}

/** @param {any} error */
function fail(error) {
  console.error(explanation(error));
  process.exit(1);
}

/** @param {any} error */
function explanation(error) {
  if (error.code === 'EADDRINUSE') {
    return `Port ${error.port} is in use. Stop what listens there, or set PORT to another number.`;
  }
  if (error.code === 'EACCES' && error.syscall === 'listen') {
    return `Port ${error.port} needs more rights. Set PORT to a number above 1023.`;
  }
  if (error.code === 'ENOENT' && error.syscall === 'access') return `There is no file ${error.path}.`;
  return error instanceof UsageError ? error.message : error;
}

main(process.argv.slice(2), process.env).catch(fail);
