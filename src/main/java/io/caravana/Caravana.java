package io.caravana;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

@SpringBootApplication
@ConfigurationPropertiesScan
public class Caravana {
    public static void main(String[] args) {
        SpringApplication.run(Caravana.class, args);
    }
}
