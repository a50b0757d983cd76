/**
 * The JSON schemas of the routes. A `description` finishes the sentence "<path> must be …" in the problem
 * details of an answer 400.
 */

import { CONTENT_CODE_POINTS_MAX } from './text.mjs';

const SEQUENCE_MAX = Number.MAX_SAFE_INTEGER;

/** @param {object} schema */
const nullable = (schema) => ({ ...schema, nullable: true });
const string = { type: 'string' };
const integer = { type: 'integer' };
const boolean = { type: 'boolean' };
const timestamp = { type: 'string', description: 'a time in ISO 8601' };

const uuid = {
  type: 'string',
  pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  description: 'a UUID',
};

/**
 * An object that has all of these members, and in a query no others.
 *
 * @param {Record<string, object>} properties
 * @param {string[]} [required]
 */
const object = (properties, required = Object.keys(properties)) => ({ type: 'object', properties, required });

/** @param {string} what @param {number} minimum @param {number} maximum */
const wholeNumber = (what, minimum, maximum) => ({
  type: 'integer',
  minimum,
  maximum,
  description: `${what} from ${minimum} to ${maximum}`,
});

/** @param {Record<string, object>} properties */
const query = (properties) => ({ ...object(properties, []), additionalProperties: false });

export const problemSchema = object(
  { type: string, title: string, status: integer, detail: string, code: string, path: string },
  ['type', 'title', 'status', 'detail', 'code'],
);

/** Every route answers errors alike. */
const problems = { '4xx': problemSchema, '5xx': problemSchema };

/** @param {Record<string | number, object>} answers by status */
export const answers = (answers) => ({ ...answers, ...problems });

export const healthSchema = object({ status: string });

export const userSchema = object({
  id: string,
  username: string,
  fullName: nullable(string),
  isTechnician: boolean,
});

export const chatParams = object({ requestId: uuid });
export const messageParams = object({ requestId: uuid, id: uuid });

const lastMessageSchema = object({
  id: string,
  senderId: nullable(string),
  senderName: nullable(string),
  content: string,
  createdAt: timestamp,
});

const chatSchema = object({
  requestId: string,
  title: string,
  lastSequence: integer,
  revision: string,
  unreadCount: integer,
  lastReadSequence: integer,
  totalMessageCount: integer,
  lastActivityAt: nullable(timestamp),
  lastMessage: nullable(lastMessageSchema),
});

export const chatsQuery = query({
  cursor: { type: 'string', minLength: 1, maxLength: 512, description: 'a cursor that this server gave' },
  limit: wholeNumber('a whole number', 1, 500),
});

export const chatsSchema = object({
  chats: { type: 'array', items: chatSchema },
  cursor: string,
  hasMore: boolean,
});

const messageProperties = {
  id: string,
  requestId: string,
  sequenceNumber: integer,
  senderId: nullable(string),
  sender: nullable(userSchema),
  content: string,
  createdAt: timestamp,
  updatedAt: nullable(timestamp),
  isScreenshot: boolean,
  screenshotFileName: nullable(string),
  fileName: nullable(string),
  fileSize: nullable(integer),
  fileMimeType: nullable(string),
  isReadByCurrentUser: boolean,
};

export const messageSchema = object(
  { ...messageProperties, clientTempId: string },
  Object.keys(messageProperties),
);

export const messagesQuery = query({
  afterSequence: wholeNumber('a sequence number', 0, SEQUENCE_MAX),
  beforeSequence: wholeNumber('a sequence number', 1, SEQUENCE_MAX),
  limit: wholeNumber('a whole number', 1, 1000),
  sinceRevision: {
    type: 'string',
    minLength: 1,
    maxLength: 64,
    description: 'a revision that this server gave',
  },
});

const pageProperties = {
  requestId: string,
  messages: { type: 'array', items: messageSchema },
  covers: nullable(object({ from: integer, to: integer })),
  tombstones: { type: 'array', items: object({ id: string, sequenceNumber: integer }) },
  lastSequence: integer,
  revision: string,
  totalMessageCount: integer,
  unreadCount: integer,
  lastReadSequence: integer,
};

export const messagesSchema = object(
  { ...pageProperties, resetRequired: boolean },
  Object.keys(pageProperties),
);

const content = {
  type: 'string',
  minLength: 1,
  maxLength: CONTENT_CODE_POINTS_MAX,
  description: `a text of 1 to ${CONTENT_CODE_POINTS_MAX} characters`,
};

export const newMessageBody = object(
  {
    content,
    clientTempId: uuid,
    isScreenshot: { type: 'boolean', description: 'true or false' },
    screenshotFileName: {
      type: ['string', 'null'],
      maxLength: 255,
      description: 'a text of at most 255 characters',
    },
  },
  ['content', 'clientTempId'],
);

export const editBody = object({ content });

export const readBody = object(
  {
    upToSequence: wholeNumber('a sequence number', 0, SEQUENCE_MAX),
    messageIds: { type: 'array', items: uuid, maxItems: 1000, description: 'a list of at most 1000 UUIDs' },
  },
  ['upToSequence'],
);

export const readSchema = object({ unreadCount: integer, lastReadSequence: integer, revision: string });

export const mediaParams = object({
  id: {
    type: 'string',
    pattern: `${uuid.pattern.slice(0, -1)}(\\.[0-9a-zA-Z]{1,8})?$`,
    description: 'a UUID, with or without an extension',
  },
});

export const mediaFileQuery = query({ requestId: uuid });

export const deviceParams = object({
  deviceId: { type: 'string', minLength: 1, maxLength: 64, description: 'the name of a device' },
});

export const mediaQuery = query({
  cursor: { type: 'string', minLength: 1, maxLength: 512, description: 'a cursor that this server gave' },
  limit: wholeNumber('a whole number', 1, 500),
});

export const mediaSchema = object({
  id: string,
  requestId: string,
  messageId: string,
  deviceId: string,
  cameraId: string,
  capturedAt: timestamp,
  reason: string,
  sha256: string,
  bytes: integer,
  mimeType: string,
  originalFilename: string,
  filename: string,
  createdAt: timestamp,
});

export const mediaListSchema = object({
  media: { type: 'array', items: mediaSchema },
  cursor: nullable(string),
  hasMore: boolean,
});

export const faultBody = {
  ...object(
    {
      dropReply: wholeNumber('a whole number', 1, 1_000_000),
      delayMs: wholeNumber('milliseconds', 0, 600_000),
      status: wholeNumber('an HTTP status', 400, 599),
      retryAfter: { type: 'string', maxLength: 100, description: 'a header value' },
      times: wholeNumber('a whole number', 1, 1_000_000),
      truncate: wholeNumber('a number of bytes', 0, 10_000_000),
      append: wholeNumber('a number of bytes', 0, 10_000_000),
      cutAfter: wholeNumber('a number of bytes', 0, 1_000_000_000),
      stallAfter: wholeNumber('a number of bytes', 0, 1_000_000_000),
      wrongBytes: { type: 'boolean', description: 'true or false' },
      duplicate: { type: 'boolean', description: 'true or false' },
      html: { type: 'boolean', description: 'true or false' },
      match: { type: 'string', minLength: 1, maxLength: 500, description: 'a regular expression' },
      method: {
        enum: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
        description: 'GET, HEAD, POST, PATCH or DELETE',
      },
    },
    [],
  ),
  additionalProperties: false,
};

export const requestCountsSchema = { type: 'object', additionalProperties: integer };
export const emptySchema = { type: 'null', description: 'No body' };
