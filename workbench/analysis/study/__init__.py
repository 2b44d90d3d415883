"""Many sessions compared at equal budget: cells, their names, who is better by how much."""
