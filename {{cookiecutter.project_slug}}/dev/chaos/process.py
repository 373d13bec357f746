"""`python -m dev.chaos.process MODULE`: run a process of the service with the jobs for tests."""

import runpy
import sys

from dev.chaos.jobs import register

if __name__ == "__main__":
    register()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
