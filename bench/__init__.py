"""Benchmarks: the engine beside its peers, one process each; `make bench` writes RESULTS.md."""
