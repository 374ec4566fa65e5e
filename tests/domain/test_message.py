"""What becomes of the messages we send: forwards only."""

import pytest

from domain.message import DELIVERY_STEPS, DeliveryState, may_follow

QUEUED, SENDING, SENT, DELIVERED, READ, REFUSED, FAILED, UNCERTAIN = DeliveryState


class TestADelivery:
    def test_has_steps_from_every_state(self) -> None:
        assert set(DELIVERY_STEPS) == set(DeliveryState)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (QUEUED, SENDING),
            (SENDING, SENT),
            (SENDING, DELIVERED),  # the receipt overtook the answer
            (SENDING, UNCERTAIN),
            (SENDING, QUEUED),  # to be tried again
            (SENT, DELIVERED),
            (SENT, READ),  # the delivery receipt was lost
            (SENT, FAILED),  # bounced
            (DELIVERED, READ),
            (UNCERTAIN, DELIVERED),  # a receipt settles it
            (FAILED, QUEUED),  # sent again by a person
        ],
    )
    def test_goes_on(self, before: DeliveryState, after: DeliveryState) -> None:
        assert may_follow(before, after)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (READ, DELIVERED),
            (DELIVERED, SENT),
            (SENT, SENDING),
            (SENT, QUEUED),  # what was sent is never sent again
            (DELIVERED, FAILED),
            (REFUSED, QUEUED),
            (READ, FAILED),
        ],
    )
    def test_never_goes_back(self, before: DeliveryState, after: DeliveryState) -> None:
        assert not may_follow(before, after)

    @pytest.mark.parametrize("state", DeliveryState)
    def test_does_not_follow_itself(self, state: DeliveryState) -> None:
        assert not may_follow(state, state)

    @pytest.mark.parametrize("state", [READ, REFUSED])
    def test_can_end(self, state: DeliveryState) -> None:
        assert not DELIVERY_STEPS[state]
