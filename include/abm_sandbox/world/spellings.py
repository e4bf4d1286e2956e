"""The ways people and imports write the same name, website or country."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from abm_sandbox.world import vocabulary as words
from abm_sandbox.world.columns import blank, chance, join, pick, switch, weighted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from abm_sandbox.world.columns import Column

_LEGAL_FORM = r" (Inc\.|Ltd\.?|GmbH|SA|B\.V\.|S\.L\.|AB|Pty Ltd|Pvt Ltd)$"


def company_names(rng: np.random.Generator, names: Column, share: float) -> Column:
    """Respell this share of the names: no legal form, upper or lower case, stray blanks, plain vowels."""
    count = len(names)
    variants = (
        pc.replace_substring_regex(names, _LEGAL_FORM, ""),
        pc.utf8_upper(names),
        pc.utf8_lower(names),
        join("  ", names, " "),
        _without_accents(names),
        join("The ", names),
        pc.replace_substring(names, " ", "  "),
    )
    return _mixed(rng, names, variants, (40, 12, 10, 12, 10, 6, 10), chance(rng, share, count))


def websites(rng: np.random.Generator, domains: Column, *, missing: float) -> Column:
    """Write domains as CRM users do: with scheme, www, path, capitals, blanks, a free mail domain, or not at all."""
    count = len(domains)
    variants = (
        join("https://www.", domains, "/"),
        join("http://www.", domains),
        join("https://", domains),
        join("www.", domains),
        pc.utf8_upper(domains),
        join("HTTP://WWW.", pc.utf8_upper(domains), "/"),
        join("https://www.", domains, "/en/home?ref=crm"),
        join(" ", domains, " "),
        pick(words.FREE_MAIL_DOMAINS, rng.integers(0, len(words.FREE_MAIL_DOMAINS), count)),
        pick(("n/a", "-", "unknown", "none"), rng.integers(0, 4, count)),
    )
    weights = (30, 14, 14, 14, 5, 4, 9, 5, 1.5, 3.5)
    return blank(chance(rng, missing, count), _mixed(rng, domains, variants, weights, chance(rng, 0.6, count)))


def countries(rng: np.random.Generator, country: NDArray[np.int64]) -> Column:
    """Write most countries in full, some by code or in their own language, some not at all."""
    count = len(country)
    longest = max(len(entry.spellings) for entry in words.COUNTRIES)
    spellings = [entry.spellings[place % len(entry.spellings)] for entry in words.COUNTRIES for place in range(longest)]
    other = pick(spellings, country * longest + rng.integers(0, longest, count))
    full = pick([entry.name for entry in words.COUNTRIES], country)
    return blank(chance(rng, 0.04, count), switch(chance(rng, 0.15, count), other, full))


def cities(rng: np.random.Generator, country: NDArray[np.int64]) -> Column:
    count = len(country)
    longest = max(len(entry.cities) for entry in words.COUNTRIES)
    names = [entry.cities[place % len(entry.cities)] for entry in words.COUNTRIES for place in range(longest)]
    return blank(chance(rng, 0.1, count), pick(names, country * longest + rng.integers(0, longest, count)))


def emails(rng: np.random.Generator, addresses: Column) -> Column:
    return switch(chance(rng, 0.04, len(addresses)), pc.utf8_upper(addresses), addresses)


def _mixed(
    rng: np.random.Generator,
    plain: Column,
    variants: tuple[Column, ...],
    weights: tuple[float, ...],
    changed: NDArray[np.bool_],
) -> Column:
    choice = weighted(rng, weights, len(plain))
    mixed = plain
    for place, variant in enumerate(variants):
        mixed = switch(changed & (choice == place), variant, mixed)
    return mixed


def _without_accents(names: Column) -> Column:
    for plain, accented in words.ACCENTED.items():
        names = pc.replace_substring(names, accented, plain)
    return names
