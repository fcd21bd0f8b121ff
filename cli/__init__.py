# SPDX-License-Identifier: EUPL-1.2
"""The command `sagsgang`."""
