package io.caravana;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class Caravana {
    public static void main(String[] args) {
        SpringApplication.run(Caravana.class, args);
    }
}
