"""Chance that repeats itself: the same words of seed give the same throws, on every machine."""

import math
import random
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.ids import lowest_at

T = TypeVar("T")

#: Of the 62 bits that follow the time in an id: enough of them count to keep the order, the others are thrown.
_COUNTER_BITS = 22
_RANDOM_BITS = 62 - _COUNTER_BITS


class Dice:
    """Throws for one purpose. Whoever adds throws for another purpose changes nothing here."""

    def __init__(self, *seed: object) -> None:
        self._random = random.Random("/".join(str(part) for part in seed))

    def chance(self, probability: float) -> bool:
        """Whether something of this probability, 0 to 1, happens."""
        return self._random.random() < probability

    def between(self, low: float, high: float) -> float:
        """A number in [low, high), all equally likely."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number in [low, high], all equally likely."""
        return self._random.randint(low, high)

    def around(self, median: float, *, spread: float = 0.8) -> float:
        """A positive number, half of the time under `median`, with the long tail that waiting times have."""
        return median * math.exp(self._random.gauss(0.0, spread))

    def pick(self, things: Sequence[T]) -> T:
        """One of these."""
        return things[int(self._random.random() * len(things))]

    def weighted(self, things: Sequence[T], weights: Sequence[float]) -> T:
        """One of these, the heavier the likelier."""
        return self._random.choices(things, weights)[0]

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """At most `count` of these, each once, in any order."""
        return self._random.sample(list(things), min(count, len(things)))

    def bits(self, count: int) -> int:
        """A number of that many bits."""
        return self._random.getrandbits(count)

    def uuid(self) -> UUID:
        """A random id (version 4), as a browser mints."""
        return UUID(int=self._random.getrandbits(128), version=4)


class Minter:
    """Mints UUIDv7 as `domain.ids.mint` does, for any instant and with thrown bits: a repeat mints the same ids."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._counter = dice.bits(_COUNTER_BITS - 2)

    def __call__(self, moment: datetime) -> UUID:
        """An id for this instant; ids minted for the same instant keep their order."""
        self._counter += 1
        fraction = moment.microsecond % 1000 * 4096 // 1000
        return UUID(
            int=lowest_at(moment).int
            | 0x7 << 76
            | fraction << 64
            | 0b10 << 62
            | (self._counter % (1 << _COUNTER_BITS)) << _RANDOM_BITS
            | self._dice.bits(_RANDOM_BITS)
        )
