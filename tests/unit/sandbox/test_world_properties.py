"""What holds for every world, however small, and for every id."""

from datetime import date

import numpy as np
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from abm.sources import entities
from abm_sandbox.world import generate, generate_changes
from abm_sandbox.world.ids import SALESFORCE_PREFIXES, hubspot_ids, salesforce_ids
from abm_sandbox.world.landing import PLATFORMS, world_object
from abm_sandbox.world.streams import Streams

SERIALS = st.lists(st.integers(0, 62**9 - 1), min_size=1, max_size=50, unique=True)


@given(serials=SERIALS, name=st.sampled_from(sorted(SALESFORCE_PREFIXES)))
def test_salesforce_ids_differ_even_where_case_is_ignored(serials, name):
    ids = salesforce_ids(name, np.array(serials)).to_pylist()
    assert len({record_id.casefold() for record_id in ids}) == len(serials)
    assert all(len(record_id) == 18 and record_id.isalnum() for record_id in ids)


@given(serials=SERIALS)
def test_salesforce_ids_sort_as_their_serials_do(serials):
    ordered = np.array(sorted(serials))
    ids = salesforce_ids("Account", ordered).to_pylist()
    assert ids == sorted(ids)


def test_no_serial_no_id():
    assert salesforce_ids("Account", np.array([-1, 0])).to_pylist()[0] is None
    assert hubspot_ids("companies", np.array([-1, 0])).to_pylist() == [None, "10000000000"]


@given(seed=st.integers(0, 2**63), names=st.lists(st.text(max_size=5), min_size=2, max_size=2, unique=True))
def test_streams_of_other_names_are_other_streams(seed, names):
    one, other = (Streams(seed).named(name).random(4).tolist() for name in names)
    assert one != other
    assert one == Streams(seed).named(names[0]).random(4).tolist()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), accounts=st.integers(1, 80), day=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_small_worlds_are_whole(seed, accounts, day):
    world = generate(seed, accounts, day)
    for source in PLATFORMS:
        for entity in entities(source):
            rows = getattr(world, source)[world_object(entity)]
            not_yet = {column.name for column in entity.columns if column.is_ours} | {"merged_into_id"}
            assert rows.schema.names == [column.field for column in entity.columns if column.name not in not_yet]
            keys = [column.field for column in entity.columns if column.name in entity.key]
            assert rows.group_by(keys).aggregate([]).num_rows == rows.num_rows
    parents = world.salesforce["Account"].filter(pc.is_valid(world.salesforce["Account"]["ParentId"]))
    assert set(parents["ParentId"].to_pylist()) <= set(world.salesforce["Account"]["Id"].to_pylist())
    generate_changes(world, seed, day)
