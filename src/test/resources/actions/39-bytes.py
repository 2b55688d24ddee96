def Run(engine):
    return [b"x"]
# expect: bad_result
