# SPDX-License-Identifier: EUPL-1.2
"""What the domain refuses, in the words of the pages."""

from __future__ import annotations

from domain.names import Name


def in_both(what: str, mend: str) -> Name:
    """What is wrong and how to mend it; in English alone where there are no Danish words for it."""
    said = "; ".join(part for part in (what, mend) if part)
    return Name(said, said)
