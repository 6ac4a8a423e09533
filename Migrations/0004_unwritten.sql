-- Nobody has ever written these: sessions are numbered by the time of their beginning, and the token that lets new hosts join
-- lies in a file of its own.
ALTER TABLE hosts DROP COLUMN session;
ALTER TABLE settings DROP COLUMN join_token;
