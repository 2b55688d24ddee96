def Run(engine):
    engine.result.set("x", status_code=999)
# expect: bad_result
