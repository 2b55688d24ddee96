# Caravana without a PostgreSQL of its own, so it needs a DATABASE_URL. docs/install.md says how to run it.

FROM docker.io/library/eclipse-temurin:17-jdk AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -ntp -q -Pslim package -DskipTests \
    && java -Djarmode=tools -jar target/caravana.jar extract --destination /opt/caravana

FROM docker.io/library/eclipse-temurin:17-jre AS runtime
WORKDIR /opt/caravana
COPY --from=build /opt/caravana/lib lib
COPY --from=build /opt/caravana/caravana.jar ./
COPY routes routes
COPY config config
COPY deploy/java.options deploy/healthy.sh ./

# Starts once with a PostgreSQL that exists only in this stage. The archive fits only the java of the stage above.
FROM runtime AS training
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/train.sh ./
RUN service postgresql start \
    && su postgres -c "psql -qc \"CREATE ROLE training LOGIN PASSWORD 'training'\" -c 'CREATE DATABASE training OWNER training'" \
    && DATABASE_URL=jdbc:postgresql://localhost/training DATABASE_USERNAME=training DATABASE_PASSWORD=training \
       ./train.sh java.options

FROM runtime
COPY --from=training /opt/caravana/caravana.jsa ./
# this user owns no file: everything is written to /tmp
USER 10001:10001
ENV SERVER_ADDRESS=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s CMD ["./healthy.sh"]
ENTRYPOINT ["java", "@java.options", "-jar", "caravana.jar"]
