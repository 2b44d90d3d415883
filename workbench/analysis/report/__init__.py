"""Reports: a document of texts, tables and figures, written as HTML, Markdown, CSV, SVG or PNG.

Documents hold plain values and text as it came; each writer escapes for its own format, so nothing
that a candidate, a model or a verifier said is ever read as markup.
"""
