#!/bin/bash
cd /app || exit 1
exec python3 -S /tests/verify.py /app /logs/verifier
