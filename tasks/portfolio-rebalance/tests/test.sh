#!/bin/bash
cd /app && rm -rf weights.json && timeout 10 python3 -S solve.py
exec python3 -S /tests/verify.py /app /logs/verifier
