def Run(engine):
    return {"status": 200, "headers": {"X-A": "b\r\nSet-Cookie: c"}, "body": ""}
# expect: bad_result
