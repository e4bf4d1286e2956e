"""The state machine of alerts, against a model that remembers what each listener was last told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from abm.alerts.changes import State, StateKey, Told, compare

KINDS = ("rows-refused", "run-held")
SUBJECTS = ("hubspot", "meta")
nights = st.lists(
    st.tuples(
        st.dictionaries(st.tuples(st.sampled_from(KINDS), st.sampled_from(SUBJECTS)), st.sampled_from("ab")),
        st.frozensets(st.sampled_from(KINDS)),
    ),
    max_size=12,
)


def states_of(night: dict[StateKey, str], read: frozenset[str]) -> list[State]:
    return [
        State(kind, subject, f"it is {digest}", digest, None, None, [])
        for (kind, subject), digest in night.items()
        if kind in read
    ]


@given(nights)
def test_each_change_is_told_once_and_nothing_else(history: list[tuple[dict[StateKey, str], frozenset[str]]]) -> None:
    told: dict[StateKey, Told] = {}
    known: dict[StateKey, str] = {}  # what a listener believes
    for night, read in history:
        states = states_of(night, read)
        changes = list(compare(states, told, read))
        assert list(compare(states, told, read)) == changes
        assert len({(change.kind, change.subject) for change in changes}) == len(changes)
        for change in changes:
            key = (change.kind, change.subject)
            if change.state is None:
                assert change.change == "resolved"
                assert change.what == f"it is {known.pop(key)}"
            else:
                assert change.change == ("changed" if key in known else "opened")
                assert known.get(key) != change.state.digest
                known[key] = change.state.digest
            told[key] = Told(change.what, change.state and change.state.digest)
        assert list(compare(states, told, read)) == []
        for (kind, subject), digest in night.items():
            if kind in read:
                assert known[kind, subject] == digest
        assert {key for key in known if key[0] in read} == {key for key in night if key[0] in read}


def test_a_kind_that_cannot_be_read_is_neither_over_nor_told_again() -> None:
    told = {("run-held", "meta"): Told("it waits", "held")}
    assert list(compare([], told, frozenset({"rows-refused"}))) == []


def test_what_comes_back_is_told_as_new() -> None:
    told = {("run-held", "meta"): Told("it waits", None)}
    state = State("run-held", "meta", "it waits again", "held", None, None, [])
    assert [change.change for change in compare([state], told, frozenset(KINDS))] == ["opened"]
