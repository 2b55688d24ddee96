def Run(engine):
    return "x" * 2_000_000
# expect: bad_result
