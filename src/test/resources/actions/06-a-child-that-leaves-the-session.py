import os, time
def Run(engine):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(20)
        os._exit(0)
    os.wait()
    return "left"
# expect: completed: left
