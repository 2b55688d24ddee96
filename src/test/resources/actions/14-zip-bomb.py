import zlib
def Run(engine):
    return len(zlib.decompress(zlib.compress(bytes(40_000_000)) * 1, bufsize=600_000_000)) + len(bytes(400_000_000))
# expect: memory
