"""The running session: lineages, slots, budget, control. asyncio, no Textual."""
