# SPDX-License-Identifier: EUPL-1.2
"""The SQL files that bring a database up to date, in the order of their names; an applied one is never edited."""
