import threading, time
def Run(engine):
    for _ in range(3):
        threading.Thread(target=time.sleep, args=(20,)).start()
    return "done"
# expect: completed: done
