"""The product on recorded cases: one module a lab, each with `add_arguments` and `run`."""
