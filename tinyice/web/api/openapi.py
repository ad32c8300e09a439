"""The description of the API, made from the declarations that its requests are checked by.

OpenAPI 3.1: https://spec.openapis.org/oas/v3.1.1.html
"""

from collections.abc import Collection, Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from tinyice.core.access.permissions import TABLE, Scope
from tinyice.web.api.operation import ANY_BYTES, JSON, Download, Nothing, Operation, Upload
from tinyice.web.api.problems import Problem

_REF = "#/components/schemas/{name}"
_FILE = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "properties": {"file": _FILE}, "required": ["file"]}
_UPLOAD = {ANY_BYTES: {"schema": _FILE}, "multipart/form-data": {"schema": _FORM}}

_SECURITY: list[dict[str, list[str]]] = [{"token": []}, {"session": []}, {"password": []}]
_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token, ti_ and 64 hexadecimal digits.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sid",
        "description": "The cookie of a login; changes need the header X-CSRF-Token besides.",
    },
    "password": {
        "type": "http",
        "scheme": "basic",
        "description": "Name and password of an account, for tools.",
    },
}

OF_ALL = (400, 404, 405, 429, 503)
"""Refusals that any request may meet: broken, too many, or too much at once."""

OF_ACCOUNTS = (401, 403)
OF_BODIES = (413, 415, 422)
OF_CHANGES = (507,)


def description(operations: Iterable[Operation], *, version: str) -> dict[str, Any]:
    """The whole document."""
    declared = tuple(operations)
    kinds: list[type[Any]] = [
        kind
        for one in declared
        for kind in (one.body, one.answer)
        if kind not in (Nothing, Upload, Download)
    ]
    kinds += [one.query for one in declared if one.query is not Nothing]
    schemas, components = msgspec.json.schema_components([*kinds, Problem], ref_template=_REF)
    by_kind: dict[type, Any] = dict(zip([*kinds, Problem], schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in declared:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, by_kind, components)
    # queries are told as parameters
    for one in declared:
        components.pop(one.query.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "tinyice",
            "version": version,
            "description": (
                "Everything that the server knows and can do. Lists are paged: `next` of a page "
                "is the `after` of the one behind it. Setting a value twice is no error."
            ),
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SCHEMES},
    }


def statuses(operation: Operation) -> tuple[int, ...]:
    """Every status that ``operation`` may answer."""
    found = {operation.status, *OF_ALL, *operation.refusals}
    if not is_open(operation):
        found.update(OF_ACCOUNTS)
    if operation.body is not Nothing or operation.query is not Nothing:
        found.update(OF_BODIES)
    if operation.changes:
        found.update(OF_CHANGES)
    return tuple(sorted(found))


def is_open(operation: Operation) -> bool:
    """Whether everybody may, without a login."""
    return TABLE[operation.action].scope is Scope.ALL


def _operation(
    one: Operation, by_kind: Mapping[type, Any], components: Mapping[str, Any]
) -> dict[str, Any]:
    first, _, rest = one.summary.partition("\n")
    told: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": first,
        "x-action": one.action.value,
        "security": [] if is_open(one) else _SECURITY,
        "responses": {str(status): _response(one, status, by_kind) for status in statuses(one)},
    }
    if rest.strip():
        told["description"] = rest.strip()
    if one.query is not Nothing:
        told["parameters"] = _parameters(by_kind[one.query], components, one.in_path)
    if one.body is not Nothing:
        is_file = one.body is Upload
        content = _UPLOAD if is_file else {JSON: {"schema": by_kind[one.body]}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _response(one: Operation, status: int, by_kind: Mapping[type, Any]) -> dict[str, Any]:
    is_done = status == one.status
    if is_done and one.answer is Download:
        content = {each: {"schema": _FILE} for each in one.types}
    else:
        content = {JSON: {"schema": by_kind[one.answer if is_done else Problem]}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _parameters(
    schema: Mapping[str, Any], components: Mapping[str, Any], in_path: Collection[str]
) -> list[dict[str, Any]]:
    """The fields of a query, each as a parameter; some of them stand in the path."""
    whole = components[schema["$ref"].rpartition("/")[2]]
    required = whole.get("required", ())
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in required,
            "schema": field,
        }
        for name, field in whole["properties"].items()
    ]
