# SPDX-License-Identifier: EUPL-1.2
"""The PostgreSQL and the Temporal that `sagsgang up` runs itself."""
