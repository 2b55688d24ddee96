def Run(engine):
    with open("/tmp/x", "wb") as file:
        for _ in range(50):
            file.write(bytes(1_000_000))
# expect: disk
