"""What a process counts, for Prometheus: the API its own, a worker its own; names and labels hold no personal data.

What workers do is also counted from the event log as it passes the API (`hub_log_…`), so that one page tells it all.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

API, WORKER = CollectorRegistry(), CollectorRegistry()

RECEIVED = Counter("hub_received_events", "Events that reached this process", ["channel"], registry=API)
STORED = Counter("hub_stored_events", "Events committed before they were acknowledged", ["channel"], registry=API)
REJECTED = Counter("hub_rejected_payloads", "Payloads whose signature was wrong", ["channel"], registry=API)
PROCESSED = Counter("hub_processed_events", "Events taken through the pipeline", ["outcome"], registry=WORKER)
QUARANTINED = Counter("hub_quarantined_events", "Events put aside for a person", registry=WORKER)
DELIVERED = Counter("hub_deliveries", "Deliveries that came to a state", ["state"], registry=WORKER)
LOOKED_AT = Counter("hub_danger_looks", "Events that the danger rules read", ["danger"], registry=WORKER)
RELAYED = Counter("hub_relayed_events", "Events of the log given a position", registry=WORKER)
PIPELINE_SECONDS = Histogram(
    "hub_pipeline_seconds",
    "From receipt to the end of the pipeline",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
    registry=WORKER,
)
OLDEST_UNPROCESSED = Gauge(
    "hub_oldest_unprocessed_seconds", "Age of the oldest event that nobody has finished", registry=API
)
WAITING = Gauge("hub_waiting_events", "Events in the inbox by state", ["state"], registry=API)
OUTBOX = Gauge("hub_waiting_deliveries", "Deliveries that are not settled", registry=API)
QUARANTINE = Gauge("hub_quarantine_size", "Events and refused payloads that wait for a person", ["sort"], registry=API)
LOG_EVENTS = Counter("hub_log_events", "Events of the log that passed this process", ["type"], registry=API)
LOG_DELIVERIES = Counter("hub_log_deliveries", "Moves of deliveries that passed this process", ["state"], registry=API)
STREAMS = Gauge("hub_open_streams", "Live streams that are open", registry=API)
for gauge in (OLDEST_UNPROCESSED, OUTBOX):
    WORKER.register(gauge)
