package io.caravana;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.boot.context.properties.ConfigurationProperties;

@AnalyzeClasses(packages = "io.caravana", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule who_uses_whom_goes_from_the_doors_down_to_the_ground = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.caravana..")
            .layer("doors")
            .definedBy("..command..", "..api..", "..desk..", "..assistant..", "..mcp..", "..console..")
            .layer("guards")
            .definedBy("..security..", "..audit..", "..alert..", "..webhook..", "..check..")
            .layer("work")
            .definedBy("..job..", "..pipeline..", "..sla..", "..knowledge..", "..action..")
            .layer("stores")
            .definedBy("..replica..", "..change..", "..ticket..", "..workload..")
            .layer("sources")
            .definedBy("..servicenow..")
            .layer("ground")
            .definedBy("..execution..", "..connector..", "..catalog..", "..database..", "..settings..", "..error..")
            .layer("simulator")
            .definedBy("..simulator..")
            .layer("wiring")
            .definedBy("io.caravana")
            .whereLayer("doors")
            .mayOnlyBeAccessedByLayers("wiring")
            .whereLayer("guards")
            .mayOnlyBeAccessedByLayers("doors", "wiring")
            .whereLayer("work")
            .mayOnlyBeAccessedByLayers("doors", "guards", "wiring")
            .whereLayer("stores")
            .mayOnlyBeAccessedByLayers("doors", "guards", "work")
            .whereLayer("sources")
            .mayOnlyBeAccessedByLayers("doors", "guards", "work", "stores")
            .whereLayer("simulator")
            .mayOnlyBeAccessedByLayers("doors", "wiring")
            .whereLayer("wiring")
            .mayNotBeAccessedByAnyLayer()
            .because("a reader can say from the names alone where a line belongs");

    @ArchTest
    static final ArchRule packages_have_no_cycles = slices().matching("io.caravana.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a package that can be read alone can be changed alone");

    @ArchTest
    static final ArchRule packages_of_execution_use_each_other_in_one_direction = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.caravana.execution..")
            .layer("checkpoint")
            .definedBy("..execution.checkpoint..")
            .layer("lease")
            .definedBy("..execution.lease..")
            .layer("recovery")
            .definedBy("..execution.recovery..")
            .layer("log")
            .definedBy("..execution.log..")
            .layer("run")
            .definedBy("..execution.run..")
            .layer("worker")
            .definedBy("..execution.worker..")
            .whereLayer("checkpoint")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("lease")
            .mayOnlyBeAccessedByLayers("checkpoint")
            .whereLayer("recovery")
            .mayOnlyBeAccessedByLayers("lease", "checkpoint")
            .whereLayer("log")
            .mayOnlyBeAccessedByLayers("recovery", "lease", "checkpoint")
            .whereLayer("run")
            .mayOnlyBeAccessedByLayers("log", "recovery", "lease", "checkpoint")
            .whereLayer("worker")
            .mayOnlyBeAccessedByLayers("log", "recovery", "lease")
            .because("who may run, who may write and how far it has come are separate questions");

    @ArchTest
    static final ArchRule a_source_knows_no_table_load = noClasses()
            .that()
            .resideInAPackage("..servicenow..")
            .should()
            .dependOnClassesThat()
            .haveSimpleName("TableLoad")
            .because("it reports to who asks, so that a check or another connector can ask too");

    @ArchTest
    static final ArchRule a_store_knows_no_http = noClasses()
            .that()
            .resideInAnyPackage("..replica..", "..change..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel.component.http..", "org.apache.hc..", "java.net.http..")
            .because("where rows come from is the source's affair");

    @ArchTest
    static final ArchRule only_the_connector_and_those_who_tell_speak_http = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "..connector..", "..servicenow..", "..alert..", "..webhook..", "..action..", "..assistant..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel.component.http..", "org.apache.hc..", "java.net.http..")
            .because("limits, sign-in and errors of a source have one place, and so have addresses that are secret");

    @ArchTest
    static final ArchRule only_stores_and_the_ground_speak_sql = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "..replica..",
                    "..change..",
                    "..ticket..",
                    "..workload..",
                    "..assistant..",
                    "..sla..",
                    "..knowledge..",
                    "..action..",
                    "..execution..",
                    "..audit..",
                    "..alert..",
                    "..webhook..",
                    "..database..",
                    "..error..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.springframework.jdbc..", "org.postgresql..")
            .because(
                    "replica tables, the execution log, the clocks of SLAs, the audit and the notices have one writer each");

    @ArchTest
    static final ArchRule settings_are_records = classes()
            .that()
            .areAnnotatedWith(ConfigurationProperties.class)
            .should()
            .beRecords()
            .because("a setting that cannot change needs no explanation of when it may");
}
