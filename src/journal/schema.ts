/** The tables, and how an older journal becomes a current one. */

/** Marks a file as ours ("mts1"), so that another program's database is never written to. */
export const APPLICATION_ID = 0x6d747331

/** One entry for each version, applied in order; never changed once released. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value INTEGER NOT NULL
  ) STRICT;
  INSERT INTO meta (key, value) VALUES ('opened', 0);

  CREATE TABLE runs (
    run TEXT PRIMARY KEY,
    day TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    url TEXT NOT NULL,
    operator TEXT NOT NULL,
    started_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    status TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    holder TEXT,
    held_since_ms INTEGER,
    UNIQUE (day, number)
  ) STRICT;
  CREATE INDEX runs_newest ON runs (started_at_ms, number);
  CREATE INDEX runs_of_kind ON runs (kind, started_at_ms, number);
  CREATE INDEX runs_of_subject ON runs (subject, started_at_ms, number);

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs (run),
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    step TEXT,
    data TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_of_run ON events (run, seq);
  CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER events_have_no_gaps BEFORE INSERT ON events
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM events)
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;

  CREATE TABLE approvals (
    digest TEXT PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs (run),
    step TEXT NOT NULL,
    action TEXT NOT NULL,
    asked_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    used_at_ms INTEGER
  ) STRICT;

  CREATE TABLE intents (
    seq INTEGER PRIMARY KEY REFERENCES events (seq),
    run TEXT NOT NULL REFERENCES runs (run),
    step TEXT NOT NULL,
    action TEXT NOT NULL,
    url TEXT NOT NULL,
    date TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    closed_at_ms INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX intents_open_on_date ON intents (url, date) WHERE closed_at_ms IS NULL;
  CREATE UNIQUE INDEX intents_open_in_step ON intents (run, step) WHERE closed_at_ms IS NULL;

  CREATE TABLE locks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    date TEXT NOT NULL,
    run TEXT NOT NULL,
    holder TEXT NOT NULL,
    held_since_ms INTEGER NOT NULL,
    UNIQUE (url, date)
  ) STRICT;

  CREATE TABLE samples (
    url TEXT NOT NULL,
    metric TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    value REAL NOT NULL,
    process_start_ms INTEGER
  ) STRICT;
  CREATE INDEX samples_of_metric ON samples (url, metric, at_ms);
  CREATE INDEX samples_by_age ON samples (at_ms);
  `,
  // What mts watch keeps: beside the chain, since it is about telling, not about what was done.
  `
  CREATE TABLE watch_hold (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    holder TEXT NOT NULL,
    held_since_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE watch_states (
    url TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    saved_at_ms INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE watch_requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    request TEXT NOT NULL
  ) STRICT;
  CREATE INDEX watch_requests_of_url ON watch_requests (url, id);

  CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    url TEXT NOT NULL,
    channel TEXT NOT NULL,
    event TEXT NOT NULL,
    incident TEXT,
    notice TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER,
    problem TEXT,
    maybe_duplicate INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX deliveries_open ON deliveries (channel, id) WHERE ended_at_ms IS NULL;
  CREATE INDEX deliveries_ended ON deliveries (ended_at_ms);
  `,
  // Runs that travel: the event that gave a run away, and where an imported one comes from.
  `
  ALTER TABLE runs ADD COLUMN exported_seq INTEGER;
  CREATE TABLE run_origins (
    run TEXT PRIMARY KEY REFERENCES runs (run),
    origin TEXT NOT NULL UNIQUE
  ) STRICT;
  `,
]

/** Version of the tables this program knows. */
export const SCHEMA_VERSION = MIGRATIONS.length
