# SPDX-License-Identifier: EUPL-1.2
"""Tests of the embedded services and of the supervisor that runs them."""
