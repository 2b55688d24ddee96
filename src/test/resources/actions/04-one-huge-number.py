def Run(engine):
    return str((7 ** 200_000_000) % 1_000_003)
# expect: cpu
