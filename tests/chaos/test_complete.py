"""No destination is left out of the chaos."""

from pathlib import Path

from abm.destinations import REGISTRY

from .sandboxes import SANDBOXES


def test_every_destination_is_put_through_chaos() -> None:
    assert SANDBOXES.keys() == REGISTRY.keys()
    assert {f"test_{name}.py" for name in REGISTRY} < {file.name for file in Path(__file__).parent.glob("test_*.py")}
