"""``python -m gui CONFIG [--out DIR]``."""

import sys

from gui.app import main

if __name__ == "__main__":
    sys.exit(main())
