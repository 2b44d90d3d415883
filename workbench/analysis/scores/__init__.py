"""Comparing competitors on tasks: ranks, profiles, medals, chances.

Everywhere rewards are compared, larger is better, and NaN stands for "nothing feasible": it loses
to every number and ties with itself. So feasible comes first whatever the sign of a score.
"""
