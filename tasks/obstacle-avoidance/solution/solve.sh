#!/bin/bash
# Put the reference solution in place, as an agent would leave it.
cd /app && cp /solution/solve.py solve.py
