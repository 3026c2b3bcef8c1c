-- The outbox of vttsync's publisher, for SQLite 3.24 and newer. Run it once, in a migration.

-- Publishes that wait, in the order of their commits; refused ones stay until someone decides.
CREATE TABLE vttsync_outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session TEXT NOT NULL,
  changes TEXT NOT NULL,  -- JSON: the array as it is sent
  refused TEXT,           -- JSON: the room's error, for a publish that was set aside
  refused_at REAL         -- seconds since 1970
);
CREATE INDEX vttsync_outbox_waiting ON vttsync_outbox (session, id) WHERE refused IS NULL;

-- What is known of each room, and which process delivers to it now.
CREATE TABLE vttsync_room (
  session TEXT PRIMARY KEY,
  epoch TEXT,                          -- the room's life that has been told every row
  holder TEXT NOT NULL DEFAULT '',
  held_until REAL NOT NULL DEFAULT 0   -- seconds since 1970
);
