-- SPDX-License-Identifier: EUPL-1.2
-- The tables of the views. They are made in the first schema of the search path: `views`, or `views_next` for a rebuild.

-- How far in the log the views have come: one row.
CREATE TABLE position (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    position bigint NOT NULL
);
INSERT INTO position (position) VALUES (0);

-- One row a case; what lists ask for stands beside the document, and what they show in `summary`: a document is long.
CREATE TABLE cases (
    id uuid PRIMARY KEY,
    position bigint NOT NULL,
    status text NOT NULL,
    route text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    overdue_after date,
    waiting_for text[] NOT NULL,
    asked text[] NOT NULL,
    search text NOT NULL,
    summary jsonb NOT NULL,
    document jsonb NOT NULL
);
CREATE INDEX cases_newest ON cases (opened_at DESC, id DESC);
CREATE INDEX cases_changed ON cases (position);
CREATE INDEX cases_waiting_for ON cases USING gin (waiting_for);
CREATE INDEX cases_asked ON cases USING gin (asked);

-- One row an event.
CREATE TABLE timeline (
    position bigint PRIMARY KEY,
    case_id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    entry jsonb NOT NULL
);
CREATE INDEX timeline_of_case ON timeline (case_id, position);
CREATE INDEX timeline_of_body ON timeline ((entry ->> 'body'), (entry ->> 'type'), position);

-- One row a body and open step that waits for its answer.
CREATE TABLE inbox (
    body text NOT NULL,
    case_id uuid NOT NULL,
    step text NOT NULL,
    due date,
    opened_at timestamptz NOT NULL,
    entry jsonb NOT NULL,
    PRIMARY KEY (body, case_id, step)
);
CREATE INDEX inbox_of_case ON inbox (case_id);

-- One row an answer, as it first came; one that came before its step opened has no `asked_at`.
CREATE TABLE answers (
    position bigint PRIMARY KEY,
    case_id uuid NOT NULL,
    body text NOT NULL,
    asked_at timestamptz,
    answered_at timestamptz NOT NULL,
    decided_on date,
    due date,
    mode text NOT NULL
);
-- No tree: with one a body's newest answers would be looked for among everybody's.
CREATE INDEX answers_by_time ON answers USING brin (answered_at);
CREATE INDEX answers_of_body ON answers (body, answered_at) INCLUDE (asked_at);

-- One row a case under way: whether it will make its deadline, as planned on a Danish day with the case at `position` in
-- the log, and with `meetings` as the newest change of a meeting of its `bodies`. Without a day it is to be planned anew.
-- `told` is the transaction that last changed what the forecast says.
CREATE TABLE forecasts (
    case_id uuid PRIMARY KEY,
    position bigint NOT NULL,
    meetings bigint NOT NULL,
    planned_on date,
    standing text,
    bodies text[] NOT NULL,
    expected_on text[] NOT NULL,
    forecast jsonb,
    told bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint
);
CREATE INDEX forecasts_told ON forecasts (told);
CREATE INDEX forecasts_standing ON forecasts (standing);
CREATE INDEX forecasts_expected_on ON forecasts USING gin (expected_on);
