#!/bin/bash
# Put the reference solution in place, as an agent would leave it.
cp /solution/kernel.c /app/kernel.c
