"""The budgets: what each figure may be on two cores with the embedded database, everything durable."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """`at_least` or `at_most`, in the unit of the figure."""

    what: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    def judge(self, figure: float) -> dict[str, object]:
        """The figure beside its budget; `ratio` above 1 means that there is room."""
        wanted = self.at_least if self.at_least is not None else (self.at_most or 0.0)
        better = figure / wanted if self.at_least is not None else (wanted / figure if figure else 0.0)
        return {
            "what": self.what,
            "figure": round(figure, 2),
            "unit": self.unit,
            "budget": f"≥ {wanted:g}" if self.at_least is not None else f"≤ {wanted:g}",
            "ratio": round(better, 2),
            "met": better >= 1,
        }


BUDGETS: Mapping[str, Budget] = {
    "webhooks_per_second": Budget("webhooks acknowledged after commit, closed loop", "/s", at_least=5000),
    "webhooks_p99_ms": Budget("the same, p99", "ms", at_most=15),
    "webhooks_open_p99_ms": Budget("webhooks at 1,000/s, p99", "ms", at_most=5),
    "pipeline_per_second": Budget("whole inbound pipeline, one worker", "/s", at_least=400),
    "socket_p50_ms": Budget("webhook → console socket at 100 messages/s, p50", "ms", at_most=40),
    "socket_p95_ms": Budget("the same, p95", "ms", at_most=150),
    "reply_p95_ms": Budget("reply accepted → handed to the transport, p95", "ms", at_most=150),
    "idle_memory_mb": Budget("idle memory, whole product with database", "MB", at_most=400),
    "warm_start_seconds": Budget("`hub run`, warm start", "s", at_most=5),
}
