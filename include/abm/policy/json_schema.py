"""The JSON Schema of policy.yml, for editors."""

from __future__ import annotations

import json
from typing import Any

from abm.policy.schema import Policy

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LIST_ITEMS = frozenset({"Marketer", "Profile", "ProfileRule"})  # lists replace, so their items stand whole


def json_schema() -> str:
    return json.dumps(policy_json_schema(), indent=2) + "\n"


def policy_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a policy file; nothing is required in one, since it is laid over the defaults."""
    schema = Policy.model_json_schema(by_alias=True)
    for part, definition in {**schema["$defs"], "Policy": schema}.items():
        if part not in _LIST_ITEMS:
            definition.pop("required", None)
    return {"$schema": SCHEMA_DIALECT, **schema, "title": "ABM Spectrum policy"}
