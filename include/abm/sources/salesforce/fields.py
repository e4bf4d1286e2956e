"""Which of an org's own fields can be read: people define custom fields, not always in the type we ask for."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from abm.entities import BOOLEAN, DATE, NUMBER

if TYPE_CHECKING:
    from abm.entities import Column, Entity

_log = logging.getLogger(__name__)

_READ_FROM = {
    NUMBER: frozenset({"double", "currency", "percent", "int", "long"}),
    BOOLEAN: frozenset({"boolean"}),
    DATE: frozenset({"date"}),
}


def is_readable(entity: Entity, column: Column, described: str) -> bool:
    """Tell whether the column can come from a field of the described type; a custom one that cannot is left empty."""
    if not column.field.endswith("__c") or described in _READ_FROM.get(column.type, {described}):
        return True
    _log.warning(
        "Salesforce field %s.%s is of type %s and not read: make it %s",
        *(entity.object, column.field, described, " or ".join(sorted(_READ_FROM[column.type]))),
    )
    return False
