"""The description of the API says all that is true, and nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from tinyice.core.access.permissions import TABLE, Scope
from tinyice.web.api.all import OPERATIONS
from tinyice.web.api.openapi import description, statuses
from tinyice.web.api.operation import JSON, Nothing, Operation, Upload

DOCUMENT = description(OPERATIONS, version="1.2.3")
SCHEMAS = DOCUMENT["components"]["schemas"]


def references(value: object) -> Iterator[str]:
    """Every ``$ref`` in a piece of the document."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def told(operation: Operation) -> dict[str, Any]:
    """What the document says of an operation."""
    found: dict[str, Any] = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return found


def test_the_document_is_json_and_whole() -> None:
    """Everything that it refers to is in it, and what is in it is referred to."""
    json.dumps(DOCUMENT)
    meant = {name.rpartition("/")[2] for name in references(DOCUMENT)}
    assert meant == set(SCHEMAS)


def test_every_schema_is_one() -> None:
    """Programs that check answers can read them all."""
    for schema in SCHEMAS.values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    "operation", [one for one in OPERATIONS if one.body is not Nothing], ids=lambda one: one.name
)
def test_no_body_has_fields_that_are_passed_over(operation: Operation) -> None:
    """Who misspells a field is told so."""
    content = told(operation)["requestBody"]["content"]
    kinds = [SCHEMAS[ref.rpartition("/")[2]] for ref in references(content.get(JSON, {}))]
    within = [SCHEMAS[ref.rpartition("/")[2]] for kind in kinds for ref in references(kind)]
    for kind in (*kinds, *within):
        if kind["type"] == "object":
            assert kind["additionalProperties"] is False
    assert kinds or operation.body is Upload


def test_names_are_unique() -> None:
    """Client programs are generated with a function for each."""
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)
    assert len({(one.method, one.path) for one in OPERATIONS}) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_what_is_open_says_so(operation: Operation) -> None:
    """``security: []`` stands where nobody is asked who they are, and only there."""
    is_open = TABLE[operation.action].scope is Scope.ALL
    assert (told(operation)["security"] == []) == is_open
    assert (401 in statuses(operation)) != is_open


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_what_is_about_a_mount_names_it_in_its_query(operation: Operation) -> None:
    """The permission is decided before the body is read."""
    if TABLE[operation.action].scope is Scope.MOUNT:
        parameters = {one["name"]: one for one in told(operation)["parameters"]}
        assert parameters["mount"]["required"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_reading_changes_nothing(operation: Operation) -> None:
    """A GET has no body, and its action is not one that changes."""
    words = (
        "change",
        "make",
        "remove",
        "kick",
        "move",
        "clear",
        "revoke",
        "set-",
        "reload",
        "upgrade",
    )
    if operation.method == "GET":
        assert operation.body is Nothing
        assert not any(word in operation.action.value for word in words)
    else:
        assert operation.changes


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_each_is_explained(operation: Operation) -> None:
    """In a whole sentence."""
    assert told(operation)["summary"].endswith(".")
