#!/bin/bash
cd /app && timeout 10 test -s query.sql
exec python3 -S /tests/verify.py /app /logs/verifier
