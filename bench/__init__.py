"""Measurements that anyone can run: `make bench`. Ratios of one run, never absolute promises."""
