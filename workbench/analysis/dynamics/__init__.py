"""How searches improve: how often, by how much, what width costs, what the next step may bring."""
