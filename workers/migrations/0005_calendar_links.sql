-- SPDX-License-Identifier: EUPL-1.2
-- Calendar links: the address at which a calendar program reads a body's dates, or the secretariat's; only the digest.

CREATE TABLE office.calendar_links (
    id uuid PRIMARY KEY,
    sha256 bytea NOT NULL UNIQUE,
    body text NOT NULL,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    withdrawn_at timestamptz
);
