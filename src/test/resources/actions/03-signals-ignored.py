import signal, time
def Run(engine):
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
        signal.signal(one, signal.SIG_IGN)
    time.sleep(20)
# expect: timeout
