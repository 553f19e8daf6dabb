"""Discord's own OpenAPI description as a judge of every request and of every answer."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path as FilePath

    import jsonschema_rs

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.rules.refusal import Path

Finding = tuple["Path", str, str]
"""Where, a code, a sentence."""

_CODES = {
    "required": "BASE_TYPE_REQUIRED",
    "maxLength": "BASE_TYPE_MAX_LENGTH",
    "minLength": "BASE_TYPE_MIN_LENGTH",
    "maxItems": "BASE_TYPE_BAD_LENGTH",
    "minItems": "BASE_TYPE_BAD_LENGTH",
    "maximum": "NUMBER_TYPE_MAX",
    "minimum": "NUMBER_TYPE_MIN",
    "enum": "BASE_TYPE_CHOICES",
    "const": "BASE_TYPE_CHOICES",
    "pattern": "STRING_TYPE_REGEX",
    "type": "BASE_TYPE_BAD_TYPE",
}


class Description:
    """The document, compiled route by route when one is first used."""

    def __init__(self, path: FilePath) -> None:
        import jsonschema_rs

        answers: Json = json.loads(path.read_bytes())
        requests = copy.deepcopy(answers)
        # Discord takes a snowflake as a number too, and clients send it so; it answers with strings alone.
        snowflake: Json = requests["components"]["schemas"]["SnowflakeType"]
        requests["components"]["schemas"]["SnowflakeType"] = {"anyOf": [snowflake, {"type": "integer", "minimum": 0}]}
        for schema in requests["components"]["schemas"].values():
            # Here it says integer, the documentation and most clients say string; Discord takes both.
            if (rights := schema.get("properties", {}).get("default_member_permissions")) is not None:
                rights["type"] = ["integer", "string", "null"]
        # It types the code of a single error as a number; Discord answers with names such as BASE_TYPE_REQUIRED.
        answers["components"]["schemas"]["Error"]["properties"]["code"] = {"type": ["integer", "string"]}
        # It demands one of every error; of rate limits the documentation makes it optional ("Rate Limits").
        answers["components"]["schemas"]["RatelimitedResponse"] = {
            "type": "object",
            "required": ["message", "retry_after", "global"],
        }
        self._paths: dict[str, Json] = answers["paths"]
        self._registry = jsonschema_rs.Registry([("urn:requests", requests), ("urn:answers", answers)])
        self._validators: dict[str, jsonschema_rs.Validator] = {}

    def request(self, method: str, template: str, body: Any) -> list[Finding]:
        """Give what is wrong with a JSON body; of a multipart form, with its ``payload_json``."""
        operation = self._operation(method, template)
        if operation is None:
            return [((), "UNKNOWN_ROUTE", "Discord's description has no such route.")]
        if "requestBody" not in operation:
            return []
        pointer = (template, method.lower(), "requestBody", "content", "application/json", "schema")
        return list(_flatten(self._validator("urn:requests", pointer).iter_errors(body)))

    def answer(self, method: str, template: str, status: int, body: Any) -> list[Finding]:
        """Give what is wrong with an answer; None for `body` is an empty one."""
        operation = self._operation(method, template)
        if operation is None:
            return [((), "UNKNOWN_ROUTE", "Discord's description has no such route.")]
        responses: Json = operation["responses"]
        key = str(status) if str(status) in responses else f"{status // 100}XX"
        if key not in responses:
            return [] if status >= 500 else [((), "UNKNOWN_STATUS", f"Discord does not answer {status} here.")]  # noqa: PLR2004
        if "$ref" in responses[key]:
            schema = "RatelimitedResponse" if status == 429 else "ErrorResponse"  # noqa: PLR2004
            validator = self._validator("urn:answers", (), schema)
        elif "content" in responses[key]:
            pointer = (template, method.lower(), "responses", key, "content", "application/json", "schema")
            validator = self._validator("urn:answers", pointer)
        else:
            return [] if body is None else [((), "NOT_EMPTY", "Discord answers without a body here.")]
        return list(_flatten(validator.iter_errors(body)))

    def _operation(self, method: str, template: str) -> Json | None:
        return self._paths.get(template, {}).get(method.lower())

    def _validator(self, document: str, pointer: tuple[str, ...], schema: str = "") -> jsonschema_rs.Validator:
        import jsonschema_rs

        steps = ("components", "schemas", schema) if schema else ("paths", *pointer)
        reference = f"{document}#/" + "/".join(quote(step.replace("~", "~0").replace("/", "~1")) for step in steps)
        if reference not in self._validators:
            self._validators[reference] = jsonschema_rs.validator_for(
                {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": reference},
                registry=self._registry,
                mask="this value",  # findings are logged, and what people write is not
            )
        return self._validators[reference]


@lru_cache(maxsize=1)
def describe(path: FilePath) -> Description:
    """Read a description once for all stand-ins of a process.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no JSON.
    """
    return Description(path)


def _flatten(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterator[Finding]:
    """Of a union, report the branch that was meant: right ``type``, fewest faults."""
    import jsonschema_rs

    for error in errors:
        kind = error.kind
        match kind:
            case jsonschema_rs.ValidationErrorKind.AnyOf(context=branches):
                yield from _flatten(_meant(branches, len(error.instance_path)))
            case jsonschema_rs.ValidationErrorKind.OneOfNotValid(context=branches):
                yield from _flatten(_meant(branches, len(error.instance_path)))
            case jsonschema_rs.ValidationErrorKind.Required(property=name):
                yield (*error.instance_path, name), "BASE_TYPE_REQUIRED", "This field is required"
            case _:
                code = _CODES.get(kind.name, f"SCHEMA_{kind.name.upper()}")
                yield tuple(error.instance_path), code, error.message


def _meant(branches: list[list[jsonschema_rs.ValidationError]], depth: int) -> list[jsonschema_rs.ValidationError]:
    """Find the branch that a value at this depth comes closest to."""

    def distance(branch: list[jsonschema_rs.ValidationError]) -> tuple[bool, bool, int]:
        other_type = any(
            list(error.instance_path)[depth:] == ["type"] and error.kind.name in {"enum", "const"} for error in branch
        )
        no_such_value = any(len(error.instance_path) == depth and error.kind.name == "type" for error in branch)
        return no_such_value, other_type, len(branch)

    return min(branches, key=distance)
