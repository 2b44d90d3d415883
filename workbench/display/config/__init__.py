"""A person's own settings: one file, `config.toml`, read strictly and written with care.

Knows no Textual: what may be bound or chosen is told by whoever reads the file.
"""
