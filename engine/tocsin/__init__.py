"""tocsin: a pluggable alerting and rules engine for live tweet streams.

Start reading at `tocsin.core.engine`: one tweet in, one `Step` out. Everything above it feeds it
(`sources`), keeps what it decided (`store`), tells people (`notify`) or wires the parts (`runtime`).
"""

__version__ = "0.1.0"
