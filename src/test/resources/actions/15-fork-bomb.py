import os, time
def Run(engine):
    for _ in range(200):
        if os.fork() == 0:
            time.sleep(10)
            os._exit(0)
# expect: processes
