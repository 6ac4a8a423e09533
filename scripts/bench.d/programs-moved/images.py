"""The images that programs need: images.py LIST [--as-root]"""

import sys

from program import names, program

wanted = sys.argv[1].split(",")
if not set(wanted) <= set(names()):
    sys.exit(1)
programs = [program(name) for name in wanted]
print(*dict.fromkeys(
    each.image_as_root if "--as-root" in sys.argv and each.image_as_root else each.image for each in programs))
