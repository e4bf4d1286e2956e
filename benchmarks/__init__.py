"""Benchmarks: what the product costs beside a floor of the same machine, measured in the same run.

`python -m benchmarks` runs all of them; each module measures one thing and offers `measure(scale)`.
"""
