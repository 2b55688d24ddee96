def Run(engine):
    for n in range(10_000):
        open(f"/tmp/{n}", "w").close()
# expect: disk
