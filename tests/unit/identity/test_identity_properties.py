"""However a person is written in whatever country, one person is one digest, and different people are several."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from abm.identity.countries import country_code
from abm.identity.domains import normalise_domain
from abm.identity.emails import email_domain, normalise_email
from abm.identity.hashing import (
    google_email,
    google_phone,
    linkedin_email,
    meta_email,
    meta_name,
    meta_phone,
    sha256_hex,
)
from abm.identity.phones import normalise_phone
from abm.identity.platforms import Known, digests

EXAMPLES = settings(max_examples=80, deadline=None)
REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
LOCALS = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?", fullmatch=True)
LABELS = st.sampled_from(["example", "bücher", "münchen", "例え", "пример", "παράδειγμα", "ação", "mail.example"])
SUFFIXES = st.sampled_from(["com", "co.uk", "de", "com.au", "co.jp", "in"])
ADDRESSES = st.builds(lambda local, label, suffix: f"{local}@{label}.{suffix}", LOCALS, LABELS, SUFFIXES)
BLANKS = st.sampled_from(["", " ", "\t", "  \n"])
DIGEST = re.compile(r"[0-9a-f]{64}")


@st.composite
def phones(draw: st.DrawFn) -> tuple[str, str]:
    """Draw a possible number in its national form, and its region."""
    region = draw(st.sampled_from(REGIONS))
    example = phonenumbers.example_number(region)
    assume(example is not None)
    tail = draw(st.integers(0, 99))
    national = f"{example.national_number // 100 * 100 + tail}"
    number = phonenumbers.PhoneNumber(
        country_code=example.country_code,
        national_number=int(national),
        italian_leading_zero=example.italian_leading_zero,
    )
    assume(phonenumbers.is_possible_number(number))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL), region


@EXAMPLES
@given(ADDRESSES, BLANKS, BLANKS)
def test_case_and_blanks_never_tell_two_people_apart(address: str, before: str, after: str) -> None:
    written = f"{before}{address.upper()}{after}" if address.isascii() else f"{before}{address}{after}"
    for rule in (linkedin_email, google_email, meta_email):
        digest = rule(address)
        assert digest == rule(written)
        assert digest is None or DIGEST.fullmatch(digest)


@EXAMPLES
@given(LOCALS, LOCALS, st.sampled_from(["gmail.com", "googlemail.com", "example.com"]))
def test_only_google_forgives_tags_and_only_at_gmail(local: str, tag: str, domain: str) -> None:
    plain, tagged = f"{local}@{domain}", f"{local}+{tag}@{domain}"
    assert (google_email(plain) == google_email(tagged)) is (domain != "example.com")
    assert meta_email(plain) != meta_email(tagged)
    assert linkedin_email(plain) != linkedin_email(tagged)


@EXAMPLES
@given(ADDRESSES)
def test_address_and_website_of_a_company_have_one_domain(address: str) -> None:
    host = address.partition("@")[2]
    assume(normalise_email(address))
    assert email_domain(address) == normalise_domain(f"https://www.{host}/path")


@EXAMPLES
@given(phones())
def test_national_and_international_writings_are_one_number(given_phone: tuple[str, str]) -> None:
    national, region = given_phone
    number = normalise_phone(national, region)
    assume(number is not None)
    assert number == normalise_phone(number) == normalise_phone(number, "US") == normalise_phone(f"00{number[1:]}")
    assert google_phone(national, region) == sha256_hex(number)
    assert meta_phone(national, region) == sha256_hex(number.lstrip("+0"))
    assert google_phone(national, region) != meta_phone(national, region)


@EXAMPLES
@given(st.text(max_size=80), st.text(max_size=80))
def test_digests_never_raise_and_hold_nothing_readable(text: str, country: str) -> None:
    known = Known(email=text, phone=text, first_name=text, last_name=text, country=country)
    assert all(DIGEST.fullmatch(digest) for _, _, digest in digests(known))


@EXAMPLES
@given(st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=12))
def test_composed_and_decomposed_names_are_one(name: str) -> None:
    assert meta_name(unicodedata.normalize("NFD", name)) == meta_name(unicodedata.normalize("NFC", name))


@pytest.mark.parametrize(
    ("written", "code"),
    [("Germany", "DE"), (" deutschland ", "DE"), ("US", "US"), ("Atlantis", None), ("", None), (None, None)],
)
def test_countries_as_people_write_them(written: str | None, code: str | None) -> None:
    assert country_code(written) == code
