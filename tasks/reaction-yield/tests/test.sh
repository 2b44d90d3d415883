#!/bin/bash
cd /app && rm -rf plans.json && timeout 5 python3 -S solve.py
exec python3 -S /tests/verify.py /app /logs/verifier
