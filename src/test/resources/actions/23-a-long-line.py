def Run(engine):
    engine.log.info("x" * 20_000_000)
    return "logged"
# expect: completed: logged
