def Run(engine):
    return len([bytes(1_000_000) + b"x" for _ in range(500)])
# expect: memory
