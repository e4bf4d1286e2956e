"""LinkedIn put through chaos; see cases.py."""

from .cases import process_may_be_killed_at_every_step, whatever_breaks_a_calm_night_mends_it

DESTINATION = "linkedin"
test_whatever_breaks_a_calm_night_mends_it = whatever_breaks_a_calm_night_mends_it(DESTINATION)
test_process_may_be_killed_at_every_step = process_may_be_killed_at_every_step(DESTINATION)
