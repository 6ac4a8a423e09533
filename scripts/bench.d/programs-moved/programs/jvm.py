"""Java: what it counts in memory has no gap."""

from conversation import anew
from program import Program
from web import Count

PROGRAM = Program("jvm", 8080, {"kept": Count, "new": anew(Count)})
