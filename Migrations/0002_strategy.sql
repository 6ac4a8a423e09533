-- Policies by name with all their versions, where every container was and when, and why each move went where it went.

CREATE TABLE policy_versions (
    name TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    changed_at INTEGER NOT NULL,
    changed_by TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (name, version)
) STRICT, WITHOUT ROWID;

-- Those that hold. A name whose row is gone has been removed; its versions stay, and are counted on.
CREATE TABLE policies (
    name TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    FOREIGN KEY (name, version) REFERENCES policy_versions (name, version)
) STRICT, WITHOUT ROWID;

-- There was one policy. Its versions are in the record, as far as that goes back; the last is the one that holds.
INSERT INTO policy_versions (name, version, changed_at, changed_by, body)
SELECT 'default', number, at, actor, body FROM (
    SELECT policy.version + 1 - row_number() OVER (ORDER BY events.sequence DESC) AS number, events.at AS at,
        events.actor AS actor, json_extract(events.body, '$.policy._0') AS body
    FROM events, policy WHERE events.kind = 'policy'
) WHERE number > 0 AND body IS NOT NULL;

INSERT INTO policy_versions (name, version, changed_at, changed_by, body)
SELECT 'default', version, 0, '', body FROM policy WHERE version > 0
ON CONFLICT DO UPDATE SET body = excluded.body;

INSERT INTO policies (name, version) SELECT 'default', version FROM policy WHERE version > 0;

DROP TABLE policy;

-- A stay of a container on a host, from its arrival until it left or stopped running.
CREATE TABLE residences (
    id INTEGER PRIMARY KEY,
    container TEXT NOT NULL,
    tenant TEXT NOT NULL,
    host TEXT NOT NULL,
    arrived_at INTEGER NOT NULL,
    left_at INTEGER
) STRICT;

CREATE UNIQUE INDEX residences_that_go_on ON residences (container) WHERE left_at IS NULL;
CREATE INDEX residences_by_arrival ON residences (arrived_at);
CREATE INDEX residences_by_end ON residences (left_at);

INSERT INTO residences (container, tenant, host, arrived_at)
SELECT name, tenant, host,
    CAST(strftime('%s', substr(json_extract(body, '$.arrivedAt'), 1, 19)) AS INTEGER) * 1000
        + CAST(substr(json_extract(body, '$.arrivedAt'), 21, 3) AS INTEGER)
FROM containers
WHERE host IS NOT NULL AND json_extract(body, '$.arrivedAt') IS NOT NULL
    AND (json_extract(body, '$.state.running') IS NOT NULL OR json_extract(body, '$.state.relocating') IS NOT NULL
        OR json_extract(body, '$.state.removing') IS NOT NULL);

-- Beside the relocations and not in them: their bodies are written with each step, while the container stands still.
CREATE TABLE decisions (
    relocation INTEGER NOT NULL PRIMARY KEY REFERENCES relocations (id) ON DELETE CASCADE,
    body TEXT NOT NULL
) STRICT;
