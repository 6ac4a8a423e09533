"""A static program in Go: what it counts in memory has no gap."""

from conversation import anew
from program import Program
from web import Count

PROGRAM = Program("go", 8080, {"kept": Count, "new": anew(Count)})
