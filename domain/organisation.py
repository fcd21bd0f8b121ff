# SPDX-License-Identifier: EUPL-1.2
"""One organisation as data: its bodies, groups, routes and calendars, read from TOML texts and checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TypeVar

from domain.calendar_files import CALENDARS_FOLDER, read_calendars
from domain.errors import AbsentError, InvalidError
from domain.faults import (
    WHOLE_FILE,
    Fault,
    InvalidDataError,
    TableReader,
    did_you_mean,
    quoted,
    raise_faults,
)
from domain.meetings import Calendars
from domain.names import Name, read_name
from domain.route import Route, Step

SECRETARIAT = "secretariat"
ORGANISATION_FILE = "organisation.toml"
BODIES_FILE = "bodies.toml"
GROUPS_FILE = "groups.toml"
ROUTES_FOLDER = "routes/"

_CVR_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)
_HOLDS = {
    ORGANISATION_FILE: "id and name",
    BODIES_FILE: "one [[body]] a body",
    GROUPS_FILE: "one [[group]] a group",
}

DatedFact = TypeVar("DatedFact", bound="Dated")


class BodyKind(StrEnum):
    """What sort of body it is."""

    STEERING_GROUP = "steering_group"
    NETWORK = "network"
    POLITICAL_COUNCIL = "political_council"
    REGIONAL_COUNCIL = "regional_council"
    CITY_COUNCIL = "city_council"
    REGION = "region"
    WORKING_GROUP = "working_group"
    CROSS_SECTOR = "cross_sector"
    FORUM = "forum"
    AGENCY = "agency"
    SECRETARIAT = "secretariat"


class Decides(StrEnum):
    """A way in which a body comes to its answer."""

    MEETINGS = "meetings"
    WRITTEN_PROCEDURE = "written_procedure"
    OWN_PROCESS = "own_process"
    RECOMMENDS = "recommends"
    RECEIVES = "receives"
    SIGNS = "signs"
    RUNS = "runs"


class UnknownBodyError(AbsentError):
    """The organisation has no body with this id."""

    code = "unknown_body"


class UnknownGroupError(AbsentError):
    """The organisation has no group with this id."""

    code = "unknown_group"


class UnknownRouteError(AbsentError):
    """The organisation has no route, or no version of it, with this name."""

    code = "unknown_route"


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A fact that holds for a time; both Danish dates are included, None means without end on that side."""

    valid_from: date | None = None
    valid_until: date | None = None

    def valid_on(self, day: date) -> bool:
        """Whether the fact holds on a Danish calendar date."""
        return (self.valid_from or date.min) <= day <= (self.valid_until or date.max)


@dataclass(frozen=True, kw_only=True)
class BodyName(Dated):
    """What a body is called for a time."""

    name: Name


@dataclass(frozen=True, kw_only=True)
class Seats(Dated):
    """How many members a council has for a time."""

    number: int


@dataclass(frozen=True, kw_only=True)
class Body(Dated):
    """Somebody who can be asked; `names` and `seats` stand in the order of their dates."""

    id: str
    names: tuple[BodyName, ...]
    full_name: Name | None = None
    kind: BodyKind
    decides: tuple[Decides, ...]
    sort_key: str
    authority_code: str | None = None
    cvr: str | None = None
    seats: tuple[Seats, ...] = ()
    leadership: str | None = None
    """The body that is told when this one is silent, itself where its chair is; None: as the organisation says."""

    def name_on(self, day: date) -> Name:
        """The name on a Danish calendar date; before the first known name the first, after the last the last."""
        begun = [name for name in self.names if (name.valid_from or date.min) <= day]
        return (begun or self.names[:1])[-1].name

    def seats_on(self, day: date) -> int | None:
        """The number of seats on a Danish calendar date, None if it is not known."""
        return next((seats.number for seats in self.seats if seats.valid_on(day)), None)


@dataclass(frozen=True, kw_only=True)
class GroupMember(Dated):
    """A body's membership of a group for a time."""

    body: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """Bodies that are asked together; `members` stand in the order of the bodies' sort keys."""

    id: str
    name: Name
    members: tuple[GroupMember, ...]

    def members_on(self, day: date) -> tuple[str, ...]:
        """The ids of the bodies that are members on a Danish calendar date, in the order of their sort keys."""
        return tuple(member.body for member in self.members if member.valid_on(day))


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """The bodies, groups, routes and calendars of one secretariat's organisation."""

    id: str
    name: Name
    bodies: Mapping[str, Body]
    groups: Mapping[str, Group]
    routes: Mapping[str, Route]
    """The newest version of every route, along which cases are opened."""
    versions: Mapping[str, Mapping[int, Route]] = field(default_factory=dict)
    """Every version of every route, the oldest first."""
    calendars: Calendars = field(default_factory=Calendars)
    leadership: str = SECRETARIAT
    """The body that is told when one is silent that names no other."""

    @classmethod
    def parse(cls, files: Mapping[str, str]) -> Organisation:
        """Read the texts of an organisation's files by their names in its folder, as `bodies.toml`, `routes/x.toml`.

        Calendars may be left out.

        Raises `InvalidDataError` with every fault of every file.
        """
        faults: list[Fault] = []
        _find_strange_files(files, faults)
        organisation_id, name, leadership = _read_organisation(_open(ORGANISATION_FILE, files, faults))
        bodies = _read_bodies(_open(BODIES_FILE, files, faults))
        _check_leadership(leadership, bodies, faults)
        groups = _read_groups(_open(GROUPS_FILE, files, faults), bodies)
        versions = _read_routes(files, bodies, groups, faults)
        calendars = read_calendars(_calendars_in(files), bodies, _members_of(groups), faults)
        raise_faults(faults)
        newest = {route: max(known.values(), key=lambda one: one.version) for route, known in versions.items()}
        return cls(
            id=organisation_id,
            name=name,
            bodies=bodies or {},
            groups=groups or {},
            routes=newest,
            versions=versions,
            calendars=calendars,
            leadership=leadership or SECRETARIAT,
        )

    def leadership_of(self, body_id: str) -> str:
        """The body that is told when this one is silent; one that is no longer known has the organisation's."""
        known = self.bodies.get(body_id)
        return (known and known.leadership) or self.leadership

    def body(self, body_id: str) -> Body:
        """The body with this id; raises `UnknownBodyError`."""
        if body_id not in self.bodies:
            raise UnknownBodyError(f"there is no body {quoted(body_id)}", did_you_mean(body_id, self.bodies), "body")
        return self.bodies[body_id]

    def name_of(self, body_id: str, day: date) -> Name:
        """The name of a body on a Danish calendar date; raises `UnknownBodyError`."""
        return self.body(body_id).name_on(day)

    def group(self, group_id: str) -> Group:
        """The group with this id; raises `UnknownGroupError`."""
        if group_id not in self.groups:
            raise UnknownGroupError(
                f"there is no group {quoted(group_id)}", did_you_mean(group_id, self.groups), "group"
            )
        return self.groups[group_id]

    def groups_of(self, body_id: str, day: date) -> tuple[str, ...]:
        """The ids of the groups of which a body is a member on a Danish calendar date."""
        return tuple(group.id for group in self.groups.values() if body_id in group.members_on(day))

    def route(self, route: str, version: int | None = None) -> Route:
        """A version of a route, the newest where none is named; raises `UnknownRouteError`."""
        if route not in self.routes:
            what = f"there is no route {quoted(route)}"
            raise UnknownRouteError(what, did_you_mean(route, self.routes), "route")
        versions = self.versions_of(route)
        if version is not None and version not in versions:
            what = f"the route {quoted(route)} has no version {version}"
            raise UnknownRouteError(what, f"choose one of {', '.join(map(str, versions))}", "version")
        return self.routes[route] if version is None else versions[version]

    def versions_of(self, route: str) -> Mapping[int, Route]:
        """Every version of a route, the oldest first; none of one that is not there (any more)."""
        return self.versions.get(route, {})

    def asked_by(self, route: Route, day: date, concerned: Sequence[str]) -> dict[str, list[str]]:
        """For every step of a route the bodies that it asks in a case opened on a Danish date.

        Raises `InvalidError` for bodies concerned that there are not, or that the route does not ask.
        """
        if concerned and not any(step.asks_concerned for step in route.steps):
            what = f"the route {route.id!r} asks nobody concerned"
            raise InvalidError(what, "leave concerned out, or choose another route", "concerned")
        for body in concerned:
            if body not in self.bodies:
                what = f"there is no body {body!r}"
                raise InvalidError(what, "choose ids that `sagsgang body list` prints", "concerned")
        return {step.id: self.asked_of(step, day, concerned) for step in route.steps}

    def asked_of(self, step: Step, day: date, concerned: Sequence[str]) -> list[str]:
        """The bodies that one step asks in a case opened on a Danish date: those concerned where it asks them."""
        if step.asks_concerned and concerned:
            return list(concerned)
        return list(self.group(step.group).members_on(day)) if step.group else list(step.bodies)

    def sorted_bodies(self, body_ids: Iterable[str]) -> tuple[str, ...]:
        """The ids in the order of the bodies' sort keys; raises `UnknownBodyError`."""
        return tuple(sorted(body_ids, key=lambda body_id: self.body(body_id).sort_key))


def _find_strange_files(files: Mapping[str, str], faults: list[Fault]) -> None:
    for file in files:
        if file not in _HOLDS and not _is_route(file) and file not in _calendars_in(files):
            mend = did_you_mean(file, (*_HOLDS, f"{ROUTES_FOLDER}….toml", f"{CALENDARS_FOLDER}….toml"))
            faults.append(Fault(file, WHOLE_FILE, "is no file of an organisation", mend))


def _is_route(file: str) -> bool:
    return file.startswith(ROUTES_FOLDER) and file.endswith(".toml")


def _calendars_in(files: Mapping[str, str]) -> dict[str, str]:
    """The texts of the calendar files."""
    return {f: text for f, text in files.items() if f.startswith(CALENDARS_FOLDER) and f.endswith(".toml")}


def _members_of(groups: Mapping[str, Group] | None) -> dict[str, tuple[str, ...]] | None:
    """The bodies that are, were or will be members of each group, None where the groups are not known."""
    return None if groups is None else {g.id: tuple(m.body for m in g.members) for g in groups.values()}


def _open(file: str, files: Mapping[str, str], faults: list[Fault]) -> TableReader | None:
    if file not in files:
        faults.append(Fault(file, WHOLE_FILE, "is missing", f"write it with {_HOLDS[file]}"))
        return None
    return TableReader.of_text(files[file], file, faults, holds=_HOLDS[file])


def _read_organisation(table: TableReader | None) -> tuple[str, Name, str | None]:
    if table is None:
        return "", Name("", ""), None
    organisation_id, name = table.identifier("id"), read_name(table.table("name"))
    leadership = table.optional_text("leadership")
    table.done()
    return organisation_id, name, leadership


def _check_leadership(of_all: str | None, bodies: Mapping[str, Body] | None, faults: list[Fault]) -> None:
    """Whoever is told of silent bodies is one of them."""
    if bodies is None:
        return
    own = [(BODIES_FILE, f"body[{body.id}].leadership", body.leadership) for body in bodies.values()]
    for file, key, named in [(ORGANISATION_FILE, "leadership", of_all), *own]:
        if named is not None and named not in bodies:
            faults.append(Fault(file, key, f"names the unknown body {quoted(named)}", did_you_mean(named, bodies)))


def _read_bodies(table: TableReader | None) -> dict[str, Body] | None:
    """Return the bodies in the order of their sort keys, None if the file could not be read."""
    if table is None:
        return None
    rows = [(row, _read_body(row)) for row in table.tables("body")]
    table.done()
    for key in ("id", "sort_key", "authority_code"):
        _find_repeated(key, rows)
    if not any(body.id == SECRETARIAT and body.kind is BodyKind.SECRETARIAT for _, body in rows):
        what = f"has none with id {quoted(SECRETARIAT)} and kind {quoted(BodyKind.SECRETARIAT)}"
        table.fault("body", what, "write the secretariat, which runs the cases")
    bodies = sorted((body for _, body in rows if body.id), key=lambda body: body.sort_key)
    return {body.id: body for body in bodies}


def _read_body(table: TableReader) -> Body:
    valid_from, valid_until = _read_period(table)
    body = Body(
        id=table.identifier("id"),
        names=_in_order([_read_body_name(row) for row in table.tables("names")]),
        full_name=_read_full_name(table),
        kind=table.one_of("kind", tuple(BodyKind)),
        decides=table.some_of("decides", tuple(Decides)),
        sort_key=table.text("sort_key"),
        authority_code=_read_authority_code(table),
        cvr=_read_cvr(table),
        seats=_in_order([_read_seats(row) for row in table.optional_tables("seats") or ()]),
        leadership=table.optional_text("leadership"),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    table.done()
    _find_overlaps("names", body.names, table)
    _find_gaps("names", body.names, table)
    _find_overlaps("seats", body.seats, table)
    if body.kind is BodyKind.CITY_COUNCIL and not table.has("authority_code"):
        table.fault("authority_code", "is missing", 'write the municipality\'s code, as authority_code = "751"')
    return body


def _read_body_name(table: TableReader) -> BodyName:
    valid_from, valid_until = _read_period(table)
    name = Name(da=table.text("da"), en=table.text("en"))
    table.done()
    return BodyName(name=name, valid_from=valid_from, valid_until=valid_until)


def _read_full_name(table: TableReader) -> Name | None:
    inner = table.optional_table("full_name")
    return read_name(inner) if inner else None


def _read_seats(table: TableReader) -> Seats:
    valid_from, valid_until = _read_period(table)
    seats = Seats(number=table.number("number", minimum=1), valid_from=valid_from, valid_until=valid_until)
    table.done()
    return seats


def _read_period(table: TableReader) -> tuple[date | None, date | None]:
    valid_from, valid_until = table.optional_date("valid_from"), table.optional_date("valid_until")
    if valid_from and valid_until and valid_until < valid_from:
        table.fault(
            "valid_until", f"is {valid_until}, before valid_from {valid_from}", "write the last day that is included"
        )
        return valid_from, None
    return valid_from, valid_until


def _read_authority_code(table: TableReader) -> str | None:
    code = table.optional_text("authority_code")
    if code and not re.fullmatch(r"[0-9]{3}", code):
        table.fault("authority_code", f"is {quoted(code)}", 'write the three digits, as "751"')
    return code


def _read_cvr(table: TableReader) -> str | None:
    cvr = table.optional_text("cvr")
    if cvr and not re.fullmatch(r"[0-9]{8}", cvr):
        table.fault("cvr", f"is {quoted(cvr)}", 'write the eight digits, as "55133018"')
    elif cvr and sum(weight * int(digit) for weight, digit in zip(_CVR_WEIGHTS, cvr, strict=True)) % 11:
        table.fault("cvr", f"is {quoted(cvr)}, whose check digit is wrong", "compare it with the CVR register")
    return cvr


def _read_groups(table: TableReader | None, bodies: Mapping[str, Body] | None) -> dict[str, Group] | None:
    """Return the groups, None if the file could not be read; members are checked if the bodies could be read."""
    if table is None:
        return None
    rows = [(row, _read_group(row, bodies)) for row in table.tables("group")]
    table.done()
    _find_repeated("id", rows)
    return {group.id: group for _, group in rows if group.id}


def _read_group(table: TableReader, bodies: Mapping[str, Body] | None) -> Group:
    group_id, name = table.identifier("id"), read_name(table.table("name"))
    members = [_read_member(row, bodies) for row in table.tables("members")]
    table.done()
    for body, own in _by_body(members).items():
        _find_overlaps("members", own, table, whose=f" of {quoted(body)}")
    return Group(id=group_id, name=name, members=tuple(sorted(members, key=_sort_key_in(bodies or {}))))


def _read_member(table: TableReader, bodies: Mapping[str, Body] | None) -> GroupMember:
    valid_from, valid_until = _read_period(table)
    member = GroupMember(body=table.text("body"), valid_from=valid_from, valid_until=valid_until)
    table.done()
    if bodies is not None and member.body:
        _check_member(member, bodies, table)
    return member


def _check_member(member: GroupMember, bodies: Mapping[str, Body], table: TableReader) -> None:
    body = bodies.get(member.body)
    if body is None:
        table.fault("body", f"is the unknown body {quoted(member.body)}", did_you_mean(member.body, bodies))
    elif (member.valid_until or date.max) > (body.valid_until or date.max):
        mend = f"write valid_until = {body.valid_until} or earlier"
        table.fault("valid_until", f"lets {quoted(body.id)} be a member after the body has ended", mend)
    elif (member.valid_from or date.min) < (body.valid_from or date.min):
        mend = f"write valid_from = {body.valid_from} or later"
        table.fault("valid_from", f"lets {quoted(body.id)} be a member before the body has begun", mend)


def _by_body(members: Sequence[GroupMember]) -> dict[str, tuple[GroupMember, ...]]:
    return {body: _in_order([m for m in members if m.body == body]) for body in sorted({m.body for m in members})}


def _sort_key_in(bodies: Mapping[str, Body]) -> Callable[[GroupMember], tuple[str, date]]:
    def key(member: GroupMember) -> tuple[str, date]:
        body = bodies.get(member.body)
        return (body.sort_key if body else "", member.valid_from or date.min)

    return key


def _read_routes(
    files: Mapping[str, str],
    bodies: Mapping[str, Body] | None,
    groups: Mapping[str, Group] | None,
    faults: list[Fault],
) -> dict[str, dict[int, Route]]:
    found: dict[tuple[str, int], str] = {}
    versions: dict[str, dict[int, Route]] = {}
    for file in sorted(file for file in files if _is_route(file)):
        route = _read_route(file, files[file], bodies, groups, faults)
        if route is None:
            continue
        first = found.setdefault((route.id, route.version), file)
        if first != file:
            what = f"is {route.version} for route {quoted(route.id)}, as in {first}"
            faults.append(Fault(file, "version", what, "give one of the two another version or id"))
        versions.setdefault(route.id, {})[route.version] = route
    return {route: dict(sorted(known.items())) for route, known in versions.items()}


def _read_route(
    file: str,
    text: str,
    bodies: Mapping[str, Body] | None,
    groups: Mapping[str, Group] | None,
    faults: list[Fault],
) -> Route | None:
    try:
        return Route.parse(text, file, known_bodies=bodies, known_groups=groups)
    except InvalidDataError as error:
        faults.extend(error.faults)
        return None


def _in_order(facts: Iterable[DatedFact]) -> tuple[DatedFact, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.valid_from or date.min))


def _find_overlaps(key: str, facts: Sequence[Dated], table: TableReader, whose: str = "") -> None:
    for earlier, later in pairwise(facts):
        begins = later.valid_from or date.min
        if (earlier.valid_until or date.max) >= begins:
            what = f"has two entries{whose} that hold on {begins if later.valid_from else 'the same days'}"
            table.fault(key, what, "end the earlier one before the later begins, by valid_until and valid_from")


def _find_gaps(key: str, facts: Sequence[Dated], table: TableReader) -> None:
    for earlier, later in pairwise(facts):
        if earlier.valid_until and later.valid_from and (later.valid_from - earlier.valid_until).days > 1:
            first, last = earlier.valid_until + timedelta(days=1), later.valid_from - timedelta(days=1)
            table.fault(key, f"has no entry that holds from {first} until {last}", "let one begin where the other ends")


def _find_repeated(key: str, rows: Sequence[tuple[TableReader, Body | Group]]) -> None:
    values = [getattr(fact, key) for _, fact in rows]
    for number, (table, _) in enumerate(rows):
        value = values[number]
        if value and value in values[:number]:
            first = values.index(value) + 1
            table.fault(key, f"is {quoted(value)}, as in entry {first} already", "write another, or remove one entry")
