# SPDX-License-Identifier: EUPL-1.2
"""How the commands are put together: each takes `--json` before and after its name, and case ids cut short."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import typer

from cli.options import Prefix
from cli.output import choose_json

Run = TypeVar("Run", bound=Callable[..., None])

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def group(name: str, purpose: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(
        name=name,
        help=purpose,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        callback=_before,
    )


def command(app: typer.Typer, name: str) -> Callable[[Run], Run]:
    """Make a function a command of `app` that takes `--json` beside the function's own parameters."""

    def register(run: Run) -> Run:
        app.command(name)(_with_json(run))
        return run

    return register


def _before(as_json: AsJson = False) -> None:
    if as_json:
        choose_json()


def _with_json(run: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(run)
    def run_with_json(*, as_json: bool, **given: Any) -> None:
        if as_json:
            choose_json()
        run(**_with_whole_id(given))

    signature = inspect.signature(run, eval_str=True)
    option = inspect.Parameter("as_json", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=AsJson)
    run_with_json.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), option], return_annotation=None
    )
    return run_with_json


def _with_whole_id(given: dict[str, Any]) -> dict[str, Any]:
    """What was given, with the id of the only case whose id begins as the one that was given."""
    prefix = given.get("case_id")
    if not isinstance(prefix, Prefix):
        return given
    from cli.finding import find_case  # only now: it takes long to load

    return {**given, "case_id": find_case(given.get("data"), prefix)}
