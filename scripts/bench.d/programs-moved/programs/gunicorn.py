"""gunicorn: the digests are right."""

from conversation import anew
from program import Program
from web import Digest

PROGRAM = Program("gunicorn", 8000, {"kept": Digest, "new": anew(Digest)})
