# SPDX-License-Identifier: EUPL-1.2
"""What runs: worker, relay, projector, the migration, and the embedded services with their supervisor."""
