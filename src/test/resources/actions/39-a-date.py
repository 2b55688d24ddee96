import datetime
def Run(engine):
    return {"at": datetime.date(2026, 1, 1)}
# expect: bad_result
