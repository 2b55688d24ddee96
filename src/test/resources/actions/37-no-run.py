def run(engine):
    return 1
# expect: compile_error
