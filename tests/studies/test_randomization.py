"""Orders are drawn by hashing; facts about them on many draws."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.randomization import Draw, Slot, case_order

CASES = [f"C{number:03}" for number in range(40)]
draws = st.builds(Draw, st.integers(0, 2**53), st.text(max_size=5), st.text(max_size=5))


def test_the_same_draw_gives_the_same_order():
    assert case_order(CASES, Draw(1, "R01", "a"), repeats=0.1) == case_order(
        CASES, Draw(1, "R01", "a"), repeats=0.1
    )


@pytest.mark.parametrize("other", [Draw(2, "R01", "a"), Draw(1, "R02", "a"), Draw(1, "R01", "b")])
def test_seed_reader_and_session_each_change_the_order(other):
    assert case_order(CASES, Draw(1, "R01", "a")) != case_order(CASES, other)


def test_an_order_can_be_checked_with_a_hash_alone():
    def key(case: str) -> bytes:
        return hashlib.sha256(f"7\x1fR01\x1fa\x1forder\x1f{case}".encode()).digest()

    assert [slot.case for slot in case_order(CASES, Draw(7, "R01", "a"))] == sorted(CASES, key=key)


def test_a_fixed_order_stays():
    assert [slot.case for slot in case_order(CASES, Draw(1, "R01", "a"), order="fixed")] == CASES


@given(draws, st.integers(1, 60), st.floats(0, 1))
def test_every_case_comes_once_and_the_share_of_repeats_again(draw, count, share):
    slots = case_order(CASES[:count], draw, repeats=share)
    shown = CASES[:count]
    assert sorted(slot.case for slot in slots if not slot.repeat) == shown
    again = [slot.case for slot in slots if slot.repeat]
    assert len(set(again)) == len(again) == int(share * len(shown) + 0.5)


@given(draws, st.integers(20, 40))
def test_a_repeat_comes_later_and_apart(draw, count):
    slots = case_order(CASES[:count], draw, repeats=0.1)
    for place, slot in enumerate(slots):
        if slot.repeat:
            assert place - slots.index(Slot(slot.case)) > count // 4


@given(draws)
def test_the_same_picture_never_comes_twice_in_a_row(draw):
    content = {"C001": "same", "C002": "same", "C003": "same"}
    shown = [content.get(slot.case, slot.case) for slot in case_order(CASES[:8], draw, content=content)]
    pairs = zip(shown, shown[1:], strict=False)
    assert shown[-2:] == ["same", "same"] or all(before != after for before, after in pairs)


@given(draws)
def test_first_places_are_shared_out_evenly_enough(draw):
    """No case is first for more than a few of 40 readers."""
    firsts = [case_order(CASES, Draw(draw.seed, f"R{n:02}", draw.session))[0].case for n in range(40)]
    assert max(firsts.count(case) for case in firsts) <= 10
