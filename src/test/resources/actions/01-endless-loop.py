import time
end = time.time() + 60
def Run(engine):
    while time.time() < end:
        pass
# expect: cpu
