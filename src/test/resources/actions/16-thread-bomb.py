import threading, time
def Run(engine):
    for _ in range(200):
        threading.Thread(target=time.sleep, args=(10,), daemon=True).start()
# expect: processes
