-- SPDX-License-Identifier: EUPL-1.2
-- The rooms of the database: `office` for own facts that are no events, `views` and `views_next` for what is folded.

CREATE SCHEMA views AUTHORIZATION sagsgang_service;
CREATE SCHEMA views_next AUTHORIZATION sagsgang_service;
GRANT USAGE ON SCHEMA office TO sagsgang_service;
ALTER DEFAULT PRIVILEGES IN SCHEMA office GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO sagsgang_service;
