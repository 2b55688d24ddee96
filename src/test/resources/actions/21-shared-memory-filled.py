def Run(engine):
    open("/dev/shm/x", "wb")
# expect: disk
