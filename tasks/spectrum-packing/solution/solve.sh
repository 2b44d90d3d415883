#!/bin/bash
# Put the reference solution in place and run it, as an agent would leave it.
cd /app && cp /solution/solve.py solve.py && python3 -S solve.py
