"""Each platform's own vectors: a digest that differs by one character matches nobody."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.identity.emails import email_domain, normalise_email
from abm.identity.hashing import (
    google_email,
    google_name,
    google_phone,
    linkedin_email,
    meta_city,
    meta_country,
    meta_email,
    meta_name,
    meta_phone,
    meta_zip,
    sha256_hex,
)
from abm.identity.phones import normalise_phone

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = [
    (linkedin_email, " Jane.Doe@Example.com ", "86e0b9e56c17cc4d12387e1949b85053fbe73bc3ce5a1188713a9d300cc6133d"),
    (linkedin_email, "TEST@EXAMPLE.COM", "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"),
    (linkedin_email, "mary.doe@Example.co.uk", "31604773d6046f8136a22040e5ed643f1056a1a55fcaf8e0246c79fda71245d2"),
    (google_email, "  ALEXZ@example.com   ", "509e933019bb285a134a9334b8bb679dff79d0ce023d529af4bd744d47b4fd8a"),
    (
        google_email,
        "cloudy.sanfrancisco+shopping@gmail.com",
        "223ebda6f6889b1494551ba902d9d381daf2f642bae055888e96343d53e9f9c4",
    ),
    (google_email, "user.name+NYC@Example.com", "f109a2a632fbcea5fc82049f50beed3d8621bf9034399f437fb622222acccdac"),
    (
        partial(google_phone, country="US"),
        "(800) 555-0100",
        "fb4f73a6ec5fdb7077d564cdd22c3554b43ce49168550c3b12c547b78c517b30",
    ),
    (google_name, " Givenname", "128a07bfe2df877c52076e60d7774cf5baaa046c5a6c48daf30ff43ecca2f814"),
    (google_name, "Dr. Familyname, Jr.", "77762c287e61ce065bee5c15464012c6fbe088398b8057627d5577249430d574"),
    (meta_email, " Foo@Example.com ", "321ba197033e81286fedb719d60d4ed5cecaed170733cb4a92013811afc0e3b6"),
    (meta_phone, "+1 (650) 555-1212", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
    (meta_phone, "00919876543210", "92b5072176e723878b5e06ff3ca61898e4eb74e8c46642a0f2db800b17364ab0"),
    (meta_phone, "+44 20 7946 0958", "35e206e5dec4c89b9e8b71b8c32724a5bb518483ac5a20c6617d738375b3b823"),
    (meta_city, "Menlo Park", "0007a3d64c01e23d5075203c5977c14e4f7e01a3fc570686fcc50b5e1dd42685"),
    (partial(meta_zip, country="us"), "94035-1234", "1794327a4d443904421f5ca1f3d72d0a62ba2f0770d80755ec2220fc0efb052e"),
    (meta_country, "US", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
    (meta_name, "O'Brien", "b4cb6cb33fe4b865868de825023a1e2790dc12ac01ecc8d7c5afe8254071c8ba"),
    (meta_name, "Valéry", "08e1996b5dd49e62a4b4c010d44e4345592a863bb9f8e3976219bac29417149c"),
]
HASHES = [
    linkedin_email,
    google_email,
    google_phone,
    google_name,
    meta_email,
    meta_phone,
    meta_name,
    meta_city,
    meta_zip,
]


@pytest.mark.parametrize(("hash_value", "text", "digest"), VECTORS)
def test_published_vectors(hash_value: Callable[[str], str], text: str, digest: str):
    assert hash_value(text) == digest


@pytest.mark.parametrize(
    "text", [None, "", "  ", "quinn", " @googlemail.com", " ...@gmail.com", "+tag@gmail.com", "a@b@c.com"]
)
def test_google_is_never_sent_what_it_rejects(text: str | None):
    assert google_email(text) is None


@pytest.mark.parametrize("address", ["jane.doe+news@gmail.com", "JANEDOE@Gmail.com", " j.a.n.e.doe @ gmail.com"])
def test_gmail_spellings_of_one_box_are_one_person_at_google_only(address: str):
    assert google_email(address) == sha256_hex("janedoe@gmail.com")


def test_dots_and_tags_stay_where_the_platform_keeps_them():
    assert linkedin_email("jane.doe+news@gmail.com") == sha256_hex("jane.doe+news@gmail.com")
    assert meta_email("jane.doe+news@gmail.com") == sha256_hex("jane.doe+news@gmail.com")
    assert google_email("jane.doe@example.com") == sha256_hex("jane.doe@example.com")


def test_one_name_in_two_unicode_forms_gives_one_digest():
    assert meta_name("Vale\u0301ry") == meta_name("Valéry")


def test_only_us_postal_codes_are_cut():
    assert meta_zip("SW1A 1AA", "GB") == sha256_hex("sw1a1aa")


def test_a_country_name_is_not_a_country_code():
    assert meta_country("United States") is None


@pytest.mark.parametrize("hash_value", HASHES)
@given(text=st.text())
@settings(max_examples=60, deadline=None)
def test_hashing_never_raises_and_gives_hex_or_none(hash_value: Callable[[str], str | None], text: str):
    digest = hash_value(text)
    assert digest is None or (len(digest) == 64 and set(digest) <= set("0123456789abcdef"))


@given(st.emails() | st.text())
@settings(max_examples=60, deadline=None)
def test_normal_addresses_stay_as_they_are(text: str):
    once = normalise_email(text)
    assert once is None or normalise_email(once) == once


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        (" Jane@Mail.Example.co.uk", "example.co.uk"),
        ("jane@example.test", "example.test"),
        ("not a mail", None),
        (None, None),
    ],
)
def test_domain_of_an_address(text: str | None, domain: str | None):
    assert email_domain(text) == domain


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("1 800 555 0100", "US", "+18005550100"),
        ("+1 800-555-0100", None, "+18005550100"),
        ("+44-113-496-0987", None, "+441134960987"),
        ("020 7946 0958", "gb", "+442079460958"),
        ("+1 650 555 1212 ext. 9", None, "+16505551212"),
        ("020 7946 0958", None, None),
        ("555-1212", "XX", None),
        ("12", "US", None),
        ("call me", "US", None),
        (None, "US", None),
    ],
)
def test_phone_numbers_as_e164(text: str | None, country: str | None, number: str | None):
    assert normalise_phone(text, country) == number


@given(st.text() | st.from_regex(r"\+?[0-9 ()-]{3,20}"), st.sampled_from([None, "US", "gb", "DE", "??"]))
@settings(max_examples=60, deadline=None)
def test_normal_numbers_stay_as_they_are(text: str, country: str | None):
    once = normalise_phone(text, country)
    assert once is None or normalise_phone(once, country) == once
