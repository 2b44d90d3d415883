"""Strategies and the budget allocator: what a lineage tries next.

Pure: no I/O, no clock, no asyncio, no state that the lineage's own history could not rebuild.
"""
