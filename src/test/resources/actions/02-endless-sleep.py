import time
def Run(engine):
    time.sleep(20)
# expect: timeout
