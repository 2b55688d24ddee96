import mmap, time
def Run(engine):
    shared = mmap.mmap(-1, 300_000_000)
    for at in range(0, 300_000_000, 4096):
        shared[at] = 1
    time.sleep(5)
# expect: memory
