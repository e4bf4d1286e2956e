"""Merge accounts as people do in the browser: the REST API of Salesforce has no call for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from abm_sandbox.salesforce.schema import STANDARD

if TYPE_CHECKING:
    from abm_sandbox.store import Store


def merge_accounts(store: Store, winner: str, loser: str, now: str) -> None:
    """Let one account take in another: its fields stay as they are, what belonged to the other belongs to it.

    The loser is deleted and names the winner in MasterRecordId; `now` is the moment as the API writes it.
    """
    with store.transaction():
        for name, kind in STANDARD.items():
            for field in kind.fields.values():
                if "Account" in field.references and field.name != "MasterRecordId":
                    store.execute(
                        f'update "{name}" set "{field.name}" = ?, SystemModstamp = ? where "{field.name}" = ?',
                        [winner, now, loser],
                    )
        store.execute("update Account set SystemModstamp = ?, LastModifiedDate = ? where Id = ?", [now, now, winner])
        store.execute(
            "update Account set IsDeleted = 1, MasterRecordId = ?, SystemModstamp = ? where Id = ?",
            [winner, now, loser],
        )
