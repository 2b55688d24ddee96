package io.caravana;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.boot.context.properties.ConfigurationProperties;

@AnalyzeClasses(packages = "io.caravana", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule only_servicenow_and_notification_speak_http = noClasses()
            .that()
            .resideOutsideOfPackages("..servicenow..", "..notification..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.camel.component.http..", "org.apache.hc..", "java.net.http..")
            .because("limits, sign-in and errors of ServiceNow have one place, and so have addresses that are secret");

    @ArchTest
    static final ArchRule only_replica_execution_audit_and_notification_speak_sql = noClasses()
            .that()
            .resideOutsideOfPackages("..replica..", "..execution..", "..audit..", "..notification..", "..database..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.springframework.jdbc..", "org.postgresql..")
            .because("replica tables, the execution log, the audit and the notices have one writer each");

    @ArchTest
    static final ArchRule packages_have_no_cycles = slices().matching("io.caravana.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a package that can be read alone can be changed alone");

    @ArchTest
    static final ArchRule nobody_needs_the_simulator = noClasses()
            .that()
            .resideOutsideOfPackages("..simulator..", "..command..", "io.caravana")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..simulator..")
            .because("it stands in for ServiceNow and is reached by HTTP like ServiceNow");

    @ArchTest
    static final ArchRule settings_are_records = classes()
            .that()
            .areAnnotatedWith(ConfigurationProperties.class)
            .should()
            .beRecords()
            .because("a setting that cannot change needs no explanation of when it may");
}
