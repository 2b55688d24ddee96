package io.caravana.connector;

import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Holds the credentials that all requests use, and renews them once, however many requests find at the same time that
 * they are no longer good. Safe for use by many threads.
 */
public final class Keyring {

    private static final Held NOTHING = new Held(0, null);

    private final SignIn signIn;
    private final Clock clock;
    private volatile Held held = NOTHING;
    private CompletableFuture<Held> renewal;

    Keyring(SignIn signIn, Clock clock) {
        this.signIn = signIn;
        this.clock = clock;
    }

    /**
     * Credentials and which they are.
     *
     * @param number counts the credentials from 1
     */
    record Held(long number, Credentials credentials) {}

    /**
     * The credentials to use now: those there are, or new ones shortly before they expire.
     *
     * @throws SignInFailure if there are none to be had
     */
    Held current() {
        var now = held;
        return now == NOTHING || now.credentials.isDue(clock.instant()) ? renew(now.number) : now;
    }

    /**
     * Other credentials than those of that number: the ones that have replaced them meanwhile, or new ones.
     *
     * @throws SignInFailure if there are none to be had
     */
    public Held renew(long refused) {
        CompletableFuture<Held> awaited;
        var isFirst = false;
        synchronized (this) {
            if (held.number > refused) {
                return held;
            }
            isFirst = renewal == null;
            if (isFirst) {
                renewal = new CompletableFuture<>();
            }
            awaited = renewal;
        }
        if (isFirst) {
            renewInto(awaited);
        }
        return joined(awaited);
    }

    private void renewInto(CompletableFuture<Held> awaited) {
        try {
            var fresh = new Held(held.number + 1, signIn.obtain());
            end(fresh);
            awaited.complete(fresh);
        } catch (RuntimeException | Error failure) {
            end(held);
            awaited.completeExceptionally(failure);
        }
    }

    private synchronized void end(Held now) {
        held = now;
        renewal = null;
    }

    private static Held joined(CompletableFuture<Held> awaited) {
        try {
            return awaited.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }
}
