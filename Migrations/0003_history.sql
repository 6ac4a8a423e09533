-- Indexes for every filter of the history, so that no question looks at all of it, and the old part is found without the rest.

CREATE INDEX relocations_by_trigger ON relocations ("trigger");
CREATE INDEX relocations_by_state_and_trigger ON relocations (state, "trigger");
CREATE INDEX relocations_by_time ON relocations (created_at);
CREATE INDEX relocations_by_end ON relocations (ended_at) WHERE ended_at IS NOT NULL;

CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_actor_and_kind ON events (actor, kind);

-- Rows are numbered in the order in which they were written, and their times follow that order but where the clock was put
-- back. How far at most, in milliseconds, is kept here: with it a span of time is turned into a span of numbers that holds all
-- of its rows.
ALTER TABLE settings ADD COLUMN relocations_behind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE settings ADD COLUMN events_behind INTEGER NOT NULL DEFAULT 0;

UPDATE settings SET
    relocations_behind = coalesce((
        SELECT max(latest - created_at) FROM (SELECT created_at, max(created_at) OVER (ORDER BY id) AS latest FROM relocations)
    ), 0),
    events_behind = coalesce((
        SELECT max(latest - at) FROM (SELECT at, max(at) OVER (ORDER BY sequence) AS latest FROM events)
    ), 0);

CREATE TRIGGER relocations_notice_the_clock AFTER INSERT ON relocations
WHEN NEW.created_at < (SELECT max(created_at) FROM relocations)
BEGIN
    UPDATE settings
    SET relocations_behind = max(relocations_behind, (SELECT max(created_at) FROM relocations) - NEW.created_at);
END;

CREATE TRIGGER events_notice_the_clock AFTER INSERT ON events
WHEN NEW.at < (SELECT max(at) FROM events)
BEGIN
    UPDATE settings SET events_behind = max(events_behind, (SELECT max(at) FROM events) - NEW.at);
END;
