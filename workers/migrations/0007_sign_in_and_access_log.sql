-- SPDX-License-Identifier: EUPL-1.2
-- Who signs in for one body, whom an identity provider has vouched for, and the log of who has looked at what.

ALTER TABLE office.access_tokens ADD COLUMN body text;
ALTER TABLE office.signin_links ADD COLUMN body text;
ALTER TABLE office.sessions ADD COLUMN body text;
ALTER TABLE office.sessions ADD COLUMN name text;
-- Whom the provider knows, and its token, which it asks for again when they sign out there too.
ALTER TABLE office.sessions ADD COLUMN subject text;
ALTER TABLE office.sessions ADD COLUMN id_token text;

CREATE TABLE office.access_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    who text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    body text,
    how text NOT NULL,
    method text NOT NULL,
    route text NOT NULL,
    object text NOT NULL,
    search text NOT NULL,
    status integer NOT NULL
);
CREATE INDEX access_log_oldest ON office.access_log (at);
-- The services append and read; nobody of them changes a row, and rows go by their age alone, through this function.
REVOKE UPDATE, DELETE, TRUNCATE ON office.access_log FROM sagsgang_service;

CREATE FUNCTION office.forget_accesses(days integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    DELETE FROM office.access_log WHERE at < now() - make_interval(days => greatest(days, 30));
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION office.forget_accesses(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION office.forget_accesses(integer) TO sagsgang_service;
