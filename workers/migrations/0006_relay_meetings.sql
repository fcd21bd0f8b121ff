-- SPDX-License-Identifier: EUPL-1.2
-- How far in the log of the meetings the relay has told the running cases: one row.

CREATE TABLE office.relay_meetings (
    one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
    position bigint NOT NULL
);
