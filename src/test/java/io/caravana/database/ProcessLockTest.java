package io.caravana.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caravana.error.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLockTest {

    @TempDir
    Path temp;

    @Test
    void a_held_file_stays_held_when_this_process_asks_for_it_by_a_link() throws Exception {
        var folder = Files.createDirectory(temp.resolve("data"));
        var link = Files.createSymbolicLink(temp.resolve("link"), folder);
        var lock = acquire(folder).orElseThrow();
        try (lock) {
            assertThat(acquire(link)).isEmpty();
            assertThat(acquiredByAnotherProcess(folder)).isFalse();
        }
        assertThat(acquiredByAnotherProcess(folder)).isTrue();
    }

    @Test
    void a_file_that_cannot_be_made_is_named_with_what_helps() {
        assertThatThrownBy(() -> acquire(temp.resolve("missing")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(temp.resolve("missing").resolve("a.lock").toString())
                .extracting(e -> ((StartException) e).action())
                .isEqualTo("Do this.");
    }

    private static Optional<ProcessLock> acquire(Path folder) {
        return ProcessLock.tryAcquire(folder.resolve("a.lock"), "Do this.");
    }

    private static boolean acquiredByAnotherProcess(Path folder) throws IOException, InterruptedException {
        var other = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        folder.toString()))
                .redirectErrorStream(true)
                .start();
        var output = new String(other.getInputStream().readAllBytes());
        assertThat(other.waitFor()).as(output).isZero();
        return Boolean.parseBoolean(output.strip());
    }

    /** Another Caravana. */
    static final class Other {
        public static void main(String[] arguments) {
            System.out.println(acquire(Path.of(arguments[0])).isPresent());
        }
    }
}
