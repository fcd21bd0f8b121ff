-- SPDX-License-Identifier: EUPL-1.2
-- The own tables that are no views: heartbeats, the relay's place, access, and the papers' content.

CREATE TABLE office.parts (
    part text NOT NULL,
    instance text NOT NULL,
    beat_at timestamptz NOT NULL,
    ready boolean NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (part, instance)
);

-- How far in the log the relay has told Temporal: one row.
CREATE TABLE office.relay (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    position bigint NOT NULL
);

CREATE TABLE office.access_tokens (
    id uuid PRIMARY KEY,
    sha256 bytea NOT NULL UNIQUE,
    role text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE office.signin_links (
    sha256 bytea PRIMARY KEY,
    role text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    valid_until timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE office.webhook_secrets (
    body text NOT NULL,
    secret text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    valid_until timestamptz,
    PRIMARY KEY (body, secret)
);
-- One secret of a body is the valid one; the others stay good until their time is up.
CREATE UNIQUE INDEX webhook_secrets_current ON office.webhook_secrets (body) WHERE valid_until IS NULL;

CREATE TABLE office.idempotency_keys (
    who text NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    status integer,
    response jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (who, key)
);
CREATE INDEX idempotency_keys_oldest ON office.idempotency_keys (created_at);

CREATE TABLE office.paper_contents (
    sha256 text PRIMARY KEY,
    content bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);
