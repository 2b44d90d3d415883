"""Programs that run in a sandbox beside a foreign evaluator and turn what it says into a record.

Python 3.9 and its library alone; each file stands by itself there. They share the sandbox with the
candidate, as the evaluator does, so nothing here is a defence: their verdicts say ``shared``.
"""
