"""`python -m gitlink`."""

from gitlink.cli.app import main

raise SystemExit(main())
