-- SPDX-License-Identifier: EUPL-1.2
-- A message whose matter was settled before it was sent: a state of its own, neither sent nor failed.

ALTER TABLE office.deliveries
    DROP CONSTRAINT deliveries_state_check,
    ADD CONSTRAINT deliveries_state_check
        CHECK (state IN ('waiting', 'sent', 'failed', 'no_channel', 'not_configured', 'not_needed'));
