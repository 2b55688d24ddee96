package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortTest {

    @Test
    void who_looks_at_the_same_time_finds_another_port() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var threads = Executors.newFixedThreadPool(8);
            var claims = IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> FreePort.claim(taken.getLocalPort())))
                    .toList();
            assertThat(claims)
                    .extracting(claim -> claim.get())
                    .doesNotHaveDuplicates()
                    .doesNotContain(taken.getLocalPort());
            threads.shutdown();
        }
    }

    @Test
    void a_port_that_another_process_has_claimed_is_not_taken_before_it_listens()
            throws IOException, InterruptedException {
        var wished = FreePort.claim(20_000);
        assertThat(claimOfAnotherProcess(wished)).isNotEqualTo(wished);
    }

    /** Linux releases a process's lock on a file when that process closes any channel on it. */
    @Test
    void a_port_that_this_process_asks_for_twice_stays_claimed() throws IOException, InterruptedException {
        var wished = FreePort.claim(20_100);
        assertThat(FreePort.claim(wished)).isNotEqualTo(wished);
        assertThat(claimOfAnotherProcess(wished)).isNotEqualTo(wished);
    }

    @Test
    void a_claim_that_was_closed_is_free_for_this_process_and_for_others() throws IOException, InterruptedException {
        int port;
        try (var claim = FreePort.reserve(20_200)) {
            port = claim.port();
        }
        assertThat(claimOfAnotherProcess(port)).isEqualTo(port);
        assertThat(FreePort.claim(port)).isEqualTo(port);
    }

    private static int claimOfAnotherProcess(int wished) throws IOException, InterruptedException {
        var other = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Claim.class.getName(),
                        String.valueOf(wished)))
                .redirectErrorStream(true)
                .start();
        var output = new String(other.getInputStream().readAllBytes());
        assertThat(other.waitFor()).as(output).isZero();
        return Integer.parseInt(output.strip());
    }

    /** What another Caravana does. */
    static final class Claim {
        public static void main(String[] arguments) {
            System.out.println(FreePort.claim(Integer.parseInt(arguments[0])));
        }
    }
}
