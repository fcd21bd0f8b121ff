# SPDX-License-Identifier: EUPL-1.2
"""The demo: the reply to the central announcement of spring 2025, played on real parts and shown live."""
