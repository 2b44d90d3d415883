#!/bin/bash
exec python3 -S /tests/verify.py /app /logs/verifier
