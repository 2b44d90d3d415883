"""What several strategies are made of: folding, ranks, weights, islands, cells, arms.

Pure like the strategies themselves.
"""
