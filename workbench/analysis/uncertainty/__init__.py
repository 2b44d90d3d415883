"""How far a number can be trusted: intervals over seeds, tests between competitors."""
