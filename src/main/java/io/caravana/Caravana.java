package io.caravana;

import io.caravana.command.CaravanaCommand;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Carries ServiceNow tables into PostgreSQL; see README.md for the commands. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Caravana {

    public static void main(String[] arguments) throws ReflectiveOperationException {
        var own = Caravana.class.getClassLoader();
        var loader = JarIndex.inPlaceOf(own);
        if (loader != own) {
            Thread.currentThread().setContextClassLoader(loader);
            loader.loadClass(Caravana.class.getName())
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments);
            return;
        }
        var exitCode = CaravanaCommand.run(Caravana.class, arguments);
        if (exitCode >= 0) {
            System.exit(exitCode);
        }
    }
}
