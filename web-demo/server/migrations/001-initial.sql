-- One row. `epoch` tells this database from any other: it is the first revision of every chat and part of
-- every cursor, so that what a client kept from an earlier database is never mistaken for ours.
-- `feed_position` is the change feed's counter. It is raised by the last statement of each writing
-- transaction; the row lock is held until the commit, so positions become visible in their order.
CREATE TABLE server_state (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  epoch bigint NOT NULL,
  feed_position bigint NOT NULL DEFAULT 0
);

INSERT INTO server_state (epoch) VALUES (floor(extract(epoch FROM clock_timestamp()) * 1000));

CREATE TABLE users (
  id uuid PRIMARY KEY,
  username text NOT NULL,
  full_name text,
  is_technician boolean NOT NULL DEFAULT false
);

-- `forgotten_revision`: changes up to and including this revision are no longer in `message_changes`.
CREATE TABLE chats (
  id uuid PRIMARY KEY,
  title text NOT NULL,
  last_sequence bigint NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
  message_count bigint NOT NULL DEFAULT 0 CHECK (message_count >= 0),
  revision bigint NOT NULL,
  forgotten_revision bigint NOT NULL CHECK (forgotten_revision <= revision),
  last_activity_at timestamptz(3)
);

-- Who takes part in a chat, how far they have read it, and where the chat stands in their change feed.
CREATE TABLE members (
  chat_id uuid NOT NULL REFERENCES chats,
  user_id uuid NOT NULL REFERENCES users,
  last_read_sequence bigint NOT NULL DEFAULT 0 CHECK (last_read_sequence >= 0),
  unread_count bigint NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
  feed_position bigint NOT NULL,
  PRIMARY KEY (chat_id, user_id)
);

CREATE UNIQUE INDEX members_feed ON members (user_id, feed_position);

-- A deleted message keeps its row, without content: its sequence number stays taken and its idempotency
-- key stays known, so that a late retry can't bring it back.
CREATE TABLE messages (
  id uuid PRIMARY KEY,
  chat_id uuid NOT NULL REFERENCES chats,
  sequence bigint NOT NULL CHECK (sequence > 0),
  sender_id uuid REFERENCES users,
  content text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3),
  deleted_at timestamptz(3),
  is_screenshot boolean NOT NULL DEFAULT false,
  screenshot_file_name text,
  file_name text,
  file_size bigint,
  file_mime_type text,
  client_temp_id text,
  UNIQUE (chat_id, sequence)
);

CREATE UNIQUE INDEX messages_idempotency ON messages (sender_id, client_temp_id) WHERE client_temp_id IS NOT NULL;

-- The change log of each chat: edits and deletions, one row per revision that made one.
CREATE TABLE message_changes (
  chat_id uuid NOT NULL REFERENCES chats,
  revision bigint NOT NULL,
  message_id uuid NOT NULL REFERENCES messages,
  kind text NOT NULL CHECK (kind IN ('edited', 'deleted')),
  PRIMARY KEY (chat_id, revision)
);
