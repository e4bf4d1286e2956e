"""The world straight in the raw tables, by the product's own landing."""

from datetime import date

from abm.sources import entities
from abm_sandbox.world import generate, generate_changes
from abm_sandbox.world.landing import land_changes, land_world, world_object

TODAY = date(2026, 3, 9)


def test_landed_world_is_the_worlds_tables_and_a_second_landing_changes_nothing(warehouse_url, warehouse):
    world = generate(7, 150, TODAY)
    first = land_world(warehouse_url, world)
    for source in ("salesforce", "hubspot"):
        for entity in entities(source):
            expected = getattr(world, source)[world_object(entity)].num_rows
            assert first[f"{source}.{entity.name}"].inserted == expected
            assert warehouse.execute(f"select count(*) from {entity.raw_schema}.{entity.name}").fetchone() == (
                expected,
            )
    assert all(counts.changed == 0 for counts in land_world(warehouse_url, world, "again").values())


def test_landed_changes_touch_only_their_rows(warehouse_url, warehouse):
    world = generate(7, 600, TODAY)
    land_world(warehouse_url, world)
    changes = generate_changes(world, 1, date(2026, 3, 10))
    counts = land_changes(warehouse_url, changes, "night")
    assert counts["salesforce.task"].inserted == changes.salesforce["Task"].num_rows
    assert counts["salesforce.opportunity"].updated == changes.salesforce["Opportunity"].num_rows
    marked = warehouse.execute("select count(*) from raw_salesforce.contact where _is_deleted and _batch_id = 'night'")
    assert marked.fetchone() == (counts["salesforce.contact"].deleted,)


def test_deleted_records_are_marked_when_landed(warehouse_url, warehouse):
    land_world(warehouse_url, generate(7, 600, TODAY))
    marked = warehouse.execute(
        "select count(*), count(*) filter (where is_deleted) from raw_salesforce.account where _is_deleted"
    )
    deleted, told = marked.fetchone()
    assert deleted == told > 0
