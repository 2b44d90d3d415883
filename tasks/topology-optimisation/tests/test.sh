#!/bin/bash
cd /app && rm -rf densities.json && timeout 10 python3 solve.py
exec python3 /tests/verify.py /app /logs/verifier
