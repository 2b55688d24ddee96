package io.caravana.database;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another Caravana process, as far as the embedded server is concerned: it opens the server and holds it until told. */
final class ServerProcess {

    private final Process process;
    private final long serverPid;
    private final boolean owner;
    private final int port;

    private ServerProcess(Process process, long serverPid, boolean owner, int port) {
        this.process = process;
        this.serverPid = serverPid;
        this.owner = owner;
        this.port = port;
    }

    /** Returns when the other process has opened the server. */
    static ServerProcess open(DataDirectory files, int port) throws IOException {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ServerProcess.class.getName(),
                        files.root().toString(),
                        files.program().toString(),
                        Integer.toString(port)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        while (line != null && !line.startsWith("opened ")) {
            line = output.readLine();
        }
        if (line == null) {
            throw new IOException("The other process ended without opening the server");
        }
        String[] words = line.split(" ");
        return new ServerProcess(
                process, Long.parseLong(words[1]), Boolean.parseBoolean(words[2]), Integer.parseInt(words[3]));
    }

    long serverPid() {
        return serverPid;
    }

    boolean isOwner() {
        return owner;
    }

    int port() {
        return port;
    }

    /** Like {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    /** Lets it close the server and end. */
    int finish() throws IOException, InterruptedException {
        process.getOutputStream().close();
        return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        var files = new DataDirectory(root, root.resolve("postgres"), Path.of(arguments[1]));
        try (var server = EmbeddedServer.open(files, Integer.parseInt(arguments[2]))) {
            System.out.println("opened " + server.postmaster().pid() + " " + server.isOwner() + " "
                    + server.postmaster().port());
            System.out.flush();
            System.in.transferTo(System.out);
        }
    }
}
