"""Domains by which companies are told apart."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.identity.domains import free_mail_domains, is_free_mail, normalise_domain, write_free_mail_domains

SEED = Path(__file__).parents[3] / "dbt_project" / "seeds" / "free_mail_domains.csv"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("example.com", "example.com"),
        ("  HTTPS://www.Example.co.uk:8080/path?query#part ", "example.co.uk"),
        ("http://user:word@shop.example.com./", "example.com"),
        ("jane@mail.example.com", "example.com"),
        ("http://münchen.example", "xn--mnchen-3ya.example"),
        ("XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"),
        ("www.com", "www.com"),
        ("example.test.", "example.test"),
        ("//example.com/path", "example.com"),
    ],
)
def test_one_company_has_one_domain(text: str, domain: str):
    assert normalise_domain(text) == domain


@pytest.mark.parametrize(
    "text",
    [
        None, "", "  ", "n/a", "-", "localhost", "co.uk", "com", "192.168.1.1", "http://[::1]/", "http://[bad",
        "two words.example.com", "example.com, example.org", "..", "a..example.com", "http://", "x" * 300 + ".com",
    ],
)  # fmt: skip
def test_what_is_no_company_domain_is_none(text: str | None):
    assert normalise_domain(text) is None


@given(st.text() | st.from_regex(r"(https?://)?(www\.)?[a-zA-Z0-9äß.-]{1,20}\.(com|co\.uk|test)(:\d{1,5})?/?"))
@settings(max_examples=60, deadline=None)
def test_normalising_never_raises_and_is_idempotent(text: str):
    once = normalise_domain(text)
    assert once is None or normalise_domain(once) == once


@given(st.text())
@settings(max_examples=60, deadline=None)
def test_free_mail_never_raises(text: str):
    assert is_free_mail(text) in {True, False}


@pytest.mark.parametrize(
    "domain", ["gmail.com", "GMAIL.com.", "www.gmail.com", "yahoo.co.uk", "mailinator.com", "hey.com"]
)
def test_mail_providers_name_no_company(domain: str):
    assert is_free_mail(domain)


@pytest.mark.parametrize(
    "domain",
    ["example.com", "att.com", "verizon.com", "comcast.com", "charter.com", "starbucks.com", "google.com", None, ""],
)
def test_companies_are_not_mail_providers(domain: str | None):
    assert not is_free_mail(domain)


def test_the_seed_holds_sorted_lower_case_domains_once():
    with SEED.open(encoding="utf-8", newline="") as file:
        rows = [row["domain"] for row in csv.DictReader(file)]
    assert rows == sorted(set(rows))
    assert all(domain == domain.strip().lower() and "." in domain for domain in rows)
    assert {"gmail.com", "hey.com", "mailinator.com"} <= set(rows)


def test_the_seed_writer_writes_what_is_counted():
    file = io.StringIO()
    assert write_free_mail_domains(file) == len(free_mail_domains())
    assert file.getvalue().count("\n") == len(free_mail_domains()) + 1
