#!/bin/bash
cd /app && rm -rf steps.json && timeout 10 python3 solve.py
exec python3 -S /tests/verify.py /app /logs/verifier
