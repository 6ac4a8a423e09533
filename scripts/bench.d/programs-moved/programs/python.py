"""A Python application with a thread for each connection: what it counts in memory has no gap."""

from conversation import anew
from program import Program
from web import Count

PROGRAM = Program("python", 8000, {"kept": Count, "new": anew(Count)})
