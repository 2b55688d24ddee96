def Run(engine):
    return {"n": float("nan")}
# expect: bad_result
