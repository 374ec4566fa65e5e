"""Chance and ids that repeat themselves."""

from datetime import UTC, datetime, timedelta

from domain.ids import lowest_at
from hub.demo.dice import Dice, Minter

AT = datetime(2026, 3, 2, 9, 30, 12, 345_678, tzinfo=UTC)


class TestDice:
    def test_fall_alike_for_the_same_seed_and_otherwise_for_another(self) -> None:
        throws = [[dice.whole(0, 10**9) for _ in range(5)] for dice in (Dice(1, "a"), Dice(1, "a"), Dice(2, "a"))]
        assert throws[0] == throws[1] != throws[2]


class TestAMintedId:
    def test_is_a_uuid_of_its_moment(self) -> None:
        minted = Minter(Dice(1))(AT)
        assert minted.version == 7
        assert minted.variant.startswith("specified in RFC")
        assert lowest_at(AT) <= minted < lowest_at(AT + timedelta(milliseconds=1))

    def test_keeps_the_order_of_minting_and_of_time(self) -> None:
        mint = Minter(Dice(1))
        ids = [mint(AT) for _ in range(2000)] + [mint(AT + timedelta(microseconds=5))]
        assert ids == sorted(set(ids))

    def test_is_the_same_for_the_same_dice(self) -> None:
        assert Minter(Dice(1))(AT) == Minter(Dice(1))(AT) != Minter(Dice(2))(AT)
