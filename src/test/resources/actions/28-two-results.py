def Run(engine):
    engine.result.set("first")
    engine.result.set("second", status_code=202)
# expect: completed: second
