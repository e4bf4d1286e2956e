"""The people of the companies, who knows them, and what they allow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import blank, chance, join, pick, switch, text_matrix, weighted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column
    from abm_sandbox.world.companies import Companies
    from abm_sandbox.world.streams import Streams

_ASCII = str.maketrans({"ö": "oe", "å": "a", "é": "e"})


@dataclass(frozen=True, eq=False)
class People:
    """One position a person, sorted by company; company c has positions `start[c]` to `start[c + 1]`."""

    count: int
    company: NDArray[np.int64]
    start: NDArray[np.int64]
    given: Column
    family: Column
    email: Column
    phone: Column
    title: Column
    department: Column
    seniority: NDArray[np.int64]
    first_seen: NDArray[np.int64]
    is_contact: NDArray[np.bool_]
    is_lead: NDArray[np.bool_]
    is_converted: NDArray[np.bool_]
    in_hubspot: NDArray[np.bool_]
    opted_out: NDArray[np.bool_]
    buying_role: Column

    def draw(self, rng: np.random.Generator, companies: NDArray[np.int64]) -> NDArray[np.int64]:
        """Choose one person for each company, some much more often than others; -1 where it has none."""
        first, size = self.start[companies], np.diff(self.start)[companies]
        chosen = first + (size * rng.random(len(companies)) ** 1.8).astype(np.int64)
        return np.where(size > 0, chosen, -1)


def make_people(streams: Streams, companies: Companies, per_company: float) -> People:
    sizes = _sizes(streams.named("people sizes"), companies, per_company)
    company = np.repeat(np.arange(companies.count), sizes)
    count = len(company)
    seniority = weighted(streams.named("seniority"), words.SENIORITY_WEIGHTS, count)
    given, family = invent_names(streams.named("people names"), count)
    title, department = _titles(streams.named("titles"), seniority)
    ages = (companies.age(company) * streams.named("people seen").random(count)).astype(np.int64)
    roles = streams.named("roles")
    return People(
        count=count,
        company=company,
        start=np.concatenate([[0], np.cumsum(sizes)]),
        given=given,
        family=family,
        email=_emails(streams.named("emails"), given, family, companies.domain.take(company)),
        phone=_phones(streams.named("phones"), count),
        title=title,
        department=department,
        seniority=seniority,
        first_seen=companies.today - 1 - ages,
        **_presence(streams.named("people presence"), companies, company),
        opted_out=chance(streams.named("opt-outs"), 0.06, count),
        buying_role=blank(
            chance(roles, 0.65, count), pick(words.BUYING_ROLES, roles.integers(0, len(words.BUYING_ROLES), count))
        ),
    )


def _sizes(rng: np.random.Generator, companies: Companies, per_company: float) -> NDArray[np.int64]:
    """Larger companies have more known people; a few have none."""
    expected = companies.employees**0.22 * rng.gamma(3, 1, companies.count)
    expected[chance(rng, 0.04, companies.count)] = 0
    sizes = np.asarray(rng.poisson(expected * per_company / max(expected.mean(), 1e-9)), dtype=np.int64)
    sizes[0] = max(sizes[0], not sizes.any())  # somebody, so that arrays by person are never empty
    return sizes


def invent_names(rng: np.random.Generator, count: int) -> tuple[Column, Column]:
    """Walk through all combinations in a mixed order: the first million people all have names of their own."""
    combination = (np.arange(count) * 654_435_761 + rng.integers(1 << 20)) % (1 << 20)
    digits = [combination >> 4 * place & 15 for place in range(5)]
    given = join(pick(words.GIVEN_STARTS, digits[0]), pick(words.GIVEN_ENDS, digits[1]))
    family = join(
        pick(words.FAMILY_STARTS, digits[2]), pick(words.FAMILY_MIDDLES, digits[3]), pick(words.FAMILY_ENDS, digits[4])
    )
    return given, family


def _emails(rng: np.random.Generator, given: Column, family: Column, domain: Column) -> Column:
    count = len(given)
    ascii_ends = [ending.translate(_ASCII) for ending in words.FAMILY_ENDS]
    plain_family = family
    for ending, plain in zip(words.FAMILY_ENDS, ascii_ends, strict=True):
        if ending != plain:
            plain_family = pc.replace_substring(plain_family, ending, plain)
    given, plain_family = pc.utf8_lower(given), pc.utf8_lower(plain_family)
    work = join(given, ".", plain_family, "@", domain)
    free = pick(words.FREE_MAIL_DOMAINS, rng.integers(0, len(words.FREE_MAIL_DOMAINS), count))
    email = switch(chance(rng, 0.05, count), join(given, "_", plain_family, "@", free), work)
    return blank(chance(rng, 0.06, count), email)


def _phones(rng: np.random.Generator, count: int) -> Column:
    """Numbers kept for fiction: 555-0100 to 0199 in North America, 020 7946 0xxx in London."""
    american = np.tile(np.frombuffer(b"+1 202 555 0100", dtype=np.uint8), (count, 1))
    british = np.tile(np.frombuffer(b"+44 20 7946 0000", dtype=np.uint8), (count, 1))
    american[:, -2:] = rng.integers(48, 58, (count, 2), dtype=np.uint8)
    british[:, -3:] = rng.integers(48, 58, (count, 3), dtype=np.uint8)
    phone = switch(chance(rng, 0.7, count), text_matrix(american), text_matrix(british))
    return blank(chance(rng, 0.45, count), phone)


def _titles(rng: np.random.Generator, seniority: NDArray[np.int64]) -> tuple[Column, Column]:
    count = len(seniority)
    department = rng.integers(0, len(words.DEPARTMENTS), count)
    titles = list(words.CHIEFS)
    for forms in words.TITLE_FORMS[1:]:
        titles += [form.format(name) for name in words.DEPARTMENTS for form in forms]
    forms_each = len(words.TITLE_FORMS[1])
    below = len(words.DEPARTMENTS) * (1 + forms_each * (seniority - 1)) + department * forms_each
    title = pick(titles, np.where(seniority == 0, department, below + rng.integers(0, forms_each, count)))
    title = switch(chance(rng, 0.05, count), pc.utf8_upper(title), title)
    title = switch(chance(rng, 0.04, count), join(" ", pc.utf8_lower(title), " "), title)
    return (
        blank(chance(rng, 0.08, count), title),
        blank(chance(rng, 0.25, count), pick(words.DEPARTMENTS, department)),
    )


def _presence(
    rng: np.random.Generator, companies: Companies, company: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """Say which systems know a person: everyone is a Salesforce contact, a lead or a HubSpot contact, some several."""
    count = len(company)
    draw = rng.random(count)
    is_contact = (draw < 0.64) & companies.in_salesforce[company]  # noqa: PLR2004 (share)
    is_lead = (draw >= 0.64) & (draw < 0.78)  # noqa: PLR2004 (shares)
    in_hubspot = (~is_contact & ~is_lead) | chance(rng, 0.45, count)
    in_hubspot &= companies.in_hubspot[company]
    is_contact |= ~is_lead & ~in_hubspot
    return {
        "is_contact": is_contact & companies.in_salesforce[company],
        "is_lead": is_lead,
        "is_converted": is_contact & companies.in_salesforce[company] & chance(rng, 0.1, count),
        "in_hubspot": in_hubspot,
    }
