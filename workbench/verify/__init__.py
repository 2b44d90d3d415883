"""Candidates in, verdicts out: runs candidate and verifier apart, and believes neither blindly.

Everything a sandboxed program leaves is data here: size-capped, strictly parsed, never executed
and never trusted for more than the role it has.
"""
