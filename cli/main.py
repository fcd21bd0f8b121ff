# SPDX-License-Identifier: EUPL-1.2
"""The command `sagsgang`: every command is put together here, and every error is told here."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from cli import answer, body, calendar, case, case_file, meeting, plan, post, route, services, upkeep
from cli.demo import command as demo
from cli.errors import INTERRUPTED, check_readable, problem_of, tell
from cli.groups import group
from cli.output import as_json, choose_json

app = group("sagsgang", "Sagsgang: cases that many bodies must decide, each on its way along its route.")
services.register(app)
demo.register(app)
app.add_typer(case.app)
answer.register(app)
plan.register(app, case.app)
case_file.register(case.app)
for _group in (route.app, meeting.app, body.body_app, body.token_app, body.signin_app, body.webhook_app):
    app.add_typer(_group)
for _group in (post.channel_app, post.delivery_app, post.link_app, calendar.app):
    app.add_typer(_group)
for _group in (upkeep.views_app, upkeep.workflows_app, upkeep.log_app):
    app.add_typer(_group)


def main() -> None:
    """Run the command that the command line names, and end the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Danish letters is no reason to fail
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; the exit code is 0 when done, 1 for a refusal, 2 for bad usage."""
    choose_json(chosen=False)
    try:
        check_readable(arguments)
        return app(args=arguments, prog_name="sagsgang", standalone_mode=False) or 0
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        tell(problem, as_json=as_json() or "--json" in arguments)
        return problem.exit_code


if __name__ == "__main__":
    main()
