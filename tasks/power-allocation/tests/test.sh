#!/bin/bash
cd /app && rm -rf setting.json && timeout 5 python3 solve.py
exec python3 /tests/verify.py /app /logs/verifier
