-- SPDX-License-Identifier: EUPL-1.2
-- What the operations page shows: cases that do not move, those to be recovered, and how far the database is migrated.

CREATE TABLE office.troubles (
    case_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('not_woken', 'no_workflow', 'workflow_fails', 'advance_fails')),
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    times integer NOT NULL DEFAULT 1,
    PRIMARY KEY (case_id, kind)
);

-- A row stands here from the asking until the relay has woken the case's workflow.
CREATE TABLE office.recoveries (
    case_id uuid PRIMARY KEY,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT ON office.migrations TO sagsgang_service;
