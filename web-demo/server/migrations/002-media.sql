-- One row per picture, film, sound or document that a message carries; the bytes lie in a file below the
-- media folder. `local_path` is made by us from the other columns, never taken from outside, and leads there:
-- <device_id>/<camera_id>/<YYYY-MM-DD>/<message_id>.<extension>. Device and camera say what captured it, and
-- are checked because they are parts of that path. A deleted message has no media.
CREATE TABLE media_objects (
  id uuid PRIMARY KEY,
  chat_id uuid NOT NULL REFERENCES chats,
  message_id uuid NOT NULL REFERENCES messages,
  device_id text NOT NULL CHECK (device_id ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
  camera_id text NOT NULL CHECK (camera_id ~ '^[a-z0-9][a-z0-9_-]{0,63}$'),
  captured_at timestamptz(3) NOT NULL,
  reason text NOT NULL,
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint NOT NULL CHECK (bytes >= 0),
  mime_type text NOT NULL CHECK (mime_type ~ '^[a-z]+/[a-z0-9.+-]+$'),
  original_filename text NOT NULL CHECK (original_filename <> ''),
  local_path text NOT NULL UNIQUE,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  UNIQUE (device_id, message_id, camera_id)
);

CREATE INDEX media_objects_of_device ON media_objects (device_id, captured_at DESC, id DESC);
CREATE INDEX media_objects_of_message ON media_objects (message_id);
