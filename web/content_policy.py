# SPDX-License-Identifier: EUPL-1.2
"""What a browser may load and run for an answer of ours: its Content Security Policy."""

from __future__ import annotations

HEADER = "Content-Security-Policy"
_CLOSED = {"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'", "object-src": "'none'"}
_OWN = "'self'"


def closed() -> str:
    """The policy of whatever is no page: nothing is loaded, run or sent for it."""
    return _written({**_CLOSED, "form-action": "'none'"})


def of_page(nonce: str | None = None) -> str:
    """The policy of a page: only the scripts that carry its own `nonce` run, none at all where there is none.

    A script that somebody got into a page, even as a file of ours, does not know the nonce, which no answer repeats.
    """
    scripts = {"script-src": f"'nonce-{nonce}'", "connect-src": _OWN} if nonce else {"script-src": "'none'"}
    loaded = dict.fromkeys(("style-src", "img-src", "font-src", "form-action"), _OWN)
    return _written({**_CLOSED, **scripts, **loaded})


def _written(directives: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in directives.items())
