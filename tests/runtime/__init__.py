# SPDX-License-Identifier: EUPL-1.2
"""Tests of what every process starts with."""
