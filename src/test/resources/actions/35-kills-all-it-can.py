import os, signal
def Run(engine):
    for one in (1, -1):
        try:
            os.kill(one, signal.SIGKILL)
        except OSError:
            pass
    return "alive"
# expect: completed: alive
