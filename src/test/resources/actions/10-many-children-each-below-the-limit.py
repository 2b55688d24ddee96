import os, time
def Run(engine):
    for _ in range(6):
        if os.fork() == 0:
            kept = bytearray(60_000_000)
            time.sleep(10)
            os._exit(0)
    time.sleep(10)
# expect: memory
