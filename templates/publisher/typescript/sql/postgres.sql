-- The outbox of vttsync's publisher, for PostgreSQL 12 and newer. Run it once, in a migration.

-- Publishes that wait, in the order of their commits; refused ones stay until someone decides.
CREATE TABLE vttsync_outbox (
  id bigint PRIMARY KEY,
  session text NOT NULL,
  changes text NOT NULL,        -- JSON: the array as it is sent (text, so that its bytes stay)
  refused text,                 -- JSON: the room's error, for a publish that was set aside
  refused_at double precision   -- seconds since 1970
);
CREATE INDEX vttsync_outbox_waiting ON vttsync_outbox (session, id) WHERE refused IS NULL;
CREATE SEQUENCE vttsync_outbox_id OWNED BY vttsync_outbox.id;

-- Numbers come in the order of commits: who adds for a session waits until the transaction that
-- added for it before has ended. Hence: change your rows first, add last.
CREATE FUNCTION vttsync_outbox_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1987343475, hashtext(NEW.session));  -- 'vtts' in ASCII
  NEW.id := nextval('vttsync_outbox_id');
  RETURN NEW;
END
$$;
CREATE TRIGGER vttsync_outbox_number BEFORE INSERT ON vttsync_outbox
  FOR EACH ROW EXECUTE FUNCTION vttsync_outbox_number();

-- What is known of each room, and which process delivers to it now.
CREATE TABLE vttsync_room (
  session text PRIMARY KEY,
  epoch text,                                     -- the room's life that has been told every row
  holder text NOT NULL DEFAULT '',
  held_until double precision NOT NULL DEFAULT 0  -- seconds since 1970
);
