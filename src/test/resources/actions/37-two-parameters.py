def Run(engine, other):
    return 1
# expect: compile_error
