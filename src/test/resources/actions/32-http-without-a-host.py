def Run(engine):
    return engine.http.request("GET", "http://127.0.0.1/").body
# expect: user_error
