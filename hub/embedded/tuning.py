"""The server's settings: small memory for one machine, durable, and silent about what people wrote."""

from collections.abc import Mapping

#: Idle product with database: 400 MB. Shared memory counts once touched, so the page cache does the rest.
SMALL: Mapping[str, str] = {
    "max_connections": "60",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "wal_buffers": "8MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_worker_processes": "4",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "autovacuum_max_workers": "2",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing statement and its details may carry what a member wrote: they stay out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
}
#: From 18 on, reads need no helper processes of their own on a machine this small.
SMALL_SINCE_18: Mapping[str, str] = {"io_method": "sync"}
#: Nobody but the server's account and root reaches the server, and never by network.
PRIVATE: Mapping[str, str] = {"listen_addresses": "", "unix_socket_permissions": "0700"}


def server_settings(*, major: int, wished: Mapping[str, str]) -> dict[str, str]:
    """All settings of a server: ours, then `wished`, then what is never up for choice."""
    return {**SMALL, **(SMALL_SINCE_18 if major >= 18 else {}), **wished, **PRIVATE}
