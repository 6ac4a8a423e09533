-- The fleet's present state, and the record of everything that happened.
--
-- Bodies are JSON; the columns beside them are those that queries and constraints need. Times are milliseconds since
-- 1970-01-01T00:00:00Z. References are checked when a transaction ends, so that the order of changes in it is free.

CREATE TABLE hosts (
    name TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    credential BLOB CHECK (length(credential) = 32),
    session INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE tenants (
    name TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE containers (
    name TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL REFERENCES tenants (name) DEFERRABLE INITIALLY DEFERRED,
    host TEXT REFERENCES hosts (name) DEFERRABLE INITIALLY DEFERRED,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX containers_by_tenant ON containers (tenant);
CREATE INDEX containers_by_host ON containers (host);

-- Relocations outlive the containers and hosts they name: they are history.
CREATE TABLE relocations (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    container TEXT NOT NULL,
    tenant TEXT NOT NULL,
    source TEXT NOT NULL,
    destination TEXT,
    "trigger" TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    body TEXT NOT NULL
) STRICT;

-- Every index ends in the row's id, so each of these yields its relocations newest first.
CREATE INDEX relocations_by_container ON relocations (container);
CREATE INDEX relocations_by_tenant ON relocations (tenant);
CREATE INDEX relocations_by_source ON relocations (source);
CREATE INDEX relocations_by_destination ON relocations (destination);
CREATE INDEX relocations_by_state ON relocations (state);

CREATE TABLE steps (
    relocation INTEGER NOT NULL REFERENCES relocations (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (relocation, position)
) STRICT, WITHOUT ROWID;

-- Addresses that no container may be given yet.
CREATE TABLE addresses (
    address TEXT NOT NULL PRIMARY KEY,
    quarantined_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX addresses_by_end ON addresses (quarantined_until);

CREATE TABLE policy (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE settings (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    scheduler_paused INTEGER NOT NULL DEFAULT 0 CHECK (scheduler_paused IN (0, 1)),
    join_token BLOB CHECK (length(join_token) = 32)
) STRICT;

INSERT INTO settings (id) VALUES (1);

-- Alarms that stand; when one is over its row goes, and the record of events keeps it.
CREATE TABLE alarms (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

-- Append-only, but for the removal of its oldest part. Numbers count up from 1 without gaps.
CREATE TABLE events (
    sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_actor ON events (actor);
CREATE INDEX events_by_subject ON events (subject);
CREATE INDEX events_by_kind ON events (kind);

CREATE TRIGGER events_are_never_rewritten BEFORE UPDATE ON events
BEGIN
    SELECT raise(ABORT, 'events are never rewritten');
END;
