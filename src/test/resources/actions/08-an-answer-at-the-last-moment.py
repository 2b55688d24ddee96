import time
def Run(engine):
    time.sleep(2.98)
    return "late"
# expect: completed|timeout
