"""Rates: how many requests each platform allows a credential, kept to by all processes together."""

from abm.rates.limiter import LONGEST_WAIT, Limiter, limiter, shared_rates
from abm.rates.windows import Told, Window

__all__ = ["LONGEST_WAIT", "Limiter", "Told", "Window", "limiter", "shared_rates"]
