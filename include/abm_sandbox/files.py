"""A folder of CSV files beside the CRMs, with the mapping by which the files source reads them."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

import pyarrow.csv

from abm_sandbox.world.exports import Exports

if TYPE_CHECKING:
    from pathlib import Path

    from abm_sandbox.world import World

FOLDER = "files"
_INTRODUCTION = """\
# The website's visits and finance's bookings. A visit names a company by its domain, or a visitor who left an address.
entities:
"""
_ENTITIES = {
    "accounts": """\
  accounts:
    file: accounts.csv
    columns: {account_id: number, account_name: company, domain: website}
""",
    "contacts": """\
  contacts:
    file: contacts.csv
    columns: {contact_id: visitor, account_id: account, email: email}
""",
    "visits": """\
  activities:
    file: visits.csv
    columns:
      activity_id: visit
      contact_id: visitor
      domain: company_domain
      activity_type:
        column: page
        map:
          Home: web_visit
          Products: web_visit
          Blog: web_visit
          Pricing: pricing_visit
          Report download: content_download
      minutes: minutes
      occurred_at: visited_at
""",
    "spend": """\
  spend:
    file: spend.csv
    columns:
      spend_id: booking
      account_id: account
      channel: channel
      amount: amount
      currency_code: currency
      spend_date: booked_on
""",
}


def write_files(home: Path, world: World) -> None:
    """Write the folder, all of it or nothing, without empty tables: the source refuses a header alone."""
    begun = home / f"{FOLDER}.begun"
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(begun)
    begun.mkdir(parents=True)
    tables = Exports(world.streams, world.companies, world.people).tables()
    filled = {name: rows for name, rows in tables.items() if rows.num_rows}
    for name, rows in filled.items():
        pyarrow.csv.write_csv(rows, begun / f"{name}.csv")
    mapping = _INTRODUCTION + "".join(_ENTITIES[name] for name in filled)
    (begun / "mapping.yml").write_text(mapping, encoding="utf-8")
    begun.replace(home / FOLDER)


def endpoint(home: Path) -> dict[str, object]:
    """Return the folder as a connection holds it."""
    return {"base_url": "", "login": "", "password": "", "extra": {"path": str(home / FOLDER)}}
