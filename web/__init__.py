# SPDX-License-Identifier: EUPL-1.2
"""What people and councils' systems reach: webhook intake, API, pages and sign-in."""
