# SPDX-License-Identifier: EUPL-1.2
"""What every process starts with: its settings, clock, logs, database connections and heartbeats."""
