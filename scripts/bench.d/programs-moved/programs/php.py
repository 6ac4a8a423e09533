"""PHP-FPM behind nginx: what its workers count in a file has no gap."""

from conversation import anew
from program import Program
from web import Count

PROGRAM = Program("php", 80, {"kept": Count, "new": anew(Count)})
