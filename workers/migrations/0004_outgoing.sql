-- SPDX-License-Identifier: EUPL-1.2
-- What goes out: where each body wants its messages, what was sent there, and the personal links to the answer page.

-- An e-mail address is personal data: it stands here alone, never in the event log, and goes when its row does.
CREATE TABLE office.channels (
    id uuid PRIMARY KEY,
    body text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('email', 'webhook')),
    address text NOT NULL,
    secret text,
    previous_secret text,
    previous_until timestamptz,
    messages text[] NOT NULL,
    with_link boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    disabled_at timestamptz,
    disabled_because text,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    reached_at timestamptz,
    alarmed_at timestamptz,
    UNIQUE (body, kind, address)
);

-- One row for each message to each channel of a body; without a channel one row that says so.
CREATE TABLE office.deliveries (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    body text NOT NULL,
    case_id uuid,
    version integer,
    channel uuid,
    channel_kind text,
    state text NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'no_channel', 'not_configured')),
    attempts integer NOT NULL DEFAULT 0,
    resends integer NOT NULL DEFAULT 0,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempted_at timestamptz,
    sent_at timestamptz,
    handed_at timestamptz,
    -- What was told of is known by its case and version there: places in the log may change with a restored backup.
    UNIQUE NULLS NOT DISTINCT (kind, body, case_id, version, channel)
);
CREATE INDEX deliveries_newest ON office.deliveries (created_at DESC, id);
CREATE INDEX deliveries_to_hand_over ON office.deliveries (created_at) WHERE state = 'waiting' AND handed_at IS NULL;
CREATE INDEX deliveries_of_case ON office.deliveries (case_id);

-- How far in the log messages have been written down: one row, made at the notifier's first start.
CREATE TABLE office.notifier (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    position bigint NOT NULL
);

-- A personal link lets one body answer one round of one step; of the link itself only the digest is kept.
CREATE TABLE office.answer_links (
    id uuid PRIMARY KEY,
    sha256 bytea NOT NULL UNIQUE,
    case_id uuid NOT NULL,
    body text NOT NULL,
    step text NOT NULL,
    round integer NOT NULL,
    channel uuid,
    made_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    valid_until timestamptz NOT NULL,
    withdrawn_at timestamptz
);
CREATE INDEX answer_links_of_case ON office.answer_links (case_id, created_at);
