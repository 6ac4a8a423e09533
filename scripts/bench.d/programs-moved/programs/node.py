"""Node.js: what it counts in memory has no gap."""

from conversation import anew
from program import Program
from web import Count

PROGRAM = Program("node", 3000, {"kept": Count, "new": anew(Count)})
