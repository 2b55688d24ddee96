package io.caravana.command;

import io.caravana.security.Secrets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the hash of a secret. It is read from standard input: arguments can be seen by everybody on the machine. */
abstract class HashCommand implements Callable<Integer> {

    private final String secret;
    private final UnaryOperator<String> hash;

    @Spec
    private CommandSpec spec;

    private HashCommand(String secret, UnaryOperator<String> hash) {
        this.secret = secret;
        this.hash = hash;
    }

    @Override
    public Integer call() throws IOException {
        try {
            spec.commandLine().getOut().println(hash.apply(read()));
            spec.commandLine().getOut().flush();
            return 0;
        } catch (IllegalArgumentException e) {
            spec.commandLine().getErr().println(e.getMessage());
            spec.commandLine().getErr().flush();
            return 1;
        }
    }

    private String read() throws IOException {
        var console = System.console();
        if (console != null) {
            var typed = console.readPassword("%s: ", secret);
            return typed == null ? "" : new String(typed);
        }
        var line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (line != null && line.indexOf('\ufffd') >= 0) {
            throw new IllegalArgumentException("Standard input has to be text in UTF-8.");
        }
        return line == null ? "" : line;
    }

    /** {@code caravana hash-password}: for {@code caravana.security.users[].password}. */
    @Command(
            name = "hash-password",
            mixinStandardHelpOptions = true,
            description = "Prints the hash of a password, for caravana.security.users. Reads a line of standard input.")
    static final class Password extends HashCommand {
        Password() {
            super("Password", Secrets::hashPassword);
        }
    }

    /** {@code caravana hash-token}: for {@code caravana.security.tokens[].token}. */
    @Command(
            name = "hash-token",
            mixinStandardHelpOptions = true,
            description = {
                "Prints the hash of a token, for caravana.security.tokens. Reads a line of standard input.",
                "A token is long and random: openssl rand -hex 32"
            })
    static final class Token extends HashCommand {
        Token() {
            super("Token", Secrets::hashToken);
        }
    }
}
