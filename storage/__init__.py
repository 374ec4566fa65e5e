"""Tables, repositories, the unit of work, the durable inbox and outbox, the event log and the keys."""
