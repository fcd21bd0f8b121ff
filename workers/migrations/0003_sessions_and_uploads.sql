-- SPDX-License-Identifier: EUPL-1.2
-- What lets a sign-out end a session everywhere, and lets an upload that came to nothing leave nothing behind.

CREATE TABLE office.sessions (
    id text PRIMARY KEY,
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    valid_until timestamptz NOT NULL
);
CREATE INDEX sessions_oldest ON office.sessions (valid_until);

-- An upload stands here from before its content is stored until its event is committed or refused.
CREATE TABLE office.paper_uploads (
    id uuid PRIMARY KEY,
    sha256 text NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX paper_uploads_sha256 ON office.paper_uploads (sha256);
