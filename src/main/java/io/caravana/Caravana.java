package io.caravana;

import io.caravana.command.CaravanaCommand;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Carries ServiceNow tables into PostgreSQL; see README.md for the commands. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Caravana {

    public static void main(String[] arguments) {
        var exitCode = CaravanaCommand.run(Caravana.class, arguments);
        if (exitCode >= 0) {
            System.exit(exitCode);
        }
    }
}
