package io.caravana.console;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.mbean.ManagedProcessorMBean;
import org.apache.camel.management.DefaultManagementObjectStrategy;
import org.apache.camel.management.mbean.ManagedCamelContext;
import org.apache.camel.spi.ManagementStrategy;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/**
 * The counters that Hawtio writes into its diagrams, which it asks for every two seconds. Up to 4.22 Camel asks each step
 * of all routes once for each route: that takes longer than two seconds beside a load, and the diagram shows zeros until
 * then. Here each step is asked once.
 */
@Component
@ConditionalOnWebApplication
class RouteStatistics implements CamelContextConfiguration {

    @Override
    public void beforeApplicationStart(CamelContext camel) {
        camel.getManagementStrategy().setManagementObjectStrategy(new DefaultManagementObjectStrategy() {
            @Override
            public Object getManagedObjectForCamelContext(CamelContext context) {
                var managed = new Context(context);
                managed.init(context.getManagementStrategy());
                return managed;
            }
        });
    }

    @Override
    public void afterApplicationStart(CamelContext camel) {
        // it was told before
    }

    /** Public, because JMX calls it by reflection. */
    public static final class Context extends ManagedCamelContext {

        private static final Pattern ROUTE = Pattern.compile("<routeStat id=\"([^\"]*)\".*\n");

        private ManagementStrategy management;

        Context(CamelContext context) {
            super(context);
        }

        @Override
        public void init(ManagementStrategy strategy) {
            super.init(strategy);
            management = strategy;
        }

        /** The answer of Camel, in its form: the steps of a route are elements of it. */
        @Override
        public String dumpRoutesStatsAsXml(boolean fullStats, boolean includeProcessors) throws Exception {
            var routes = super.dumpRoutesStatsAsXml(fullStats, false);
            if (!includeProcessors) {
                return routes;
            }
            var steps = management.getManagementAgent().getMBeanServer().queryNames(stepsOfThisContext(), null).stream()
                    .map(name -> management.getManagementAgent().newProxyClient(name, ManagedProcessorMBean.class))
                    .map(step -> step(step, fullStats))
                    .sorted(Comparator.comparing(Step::index))
                    .collect(Collectors.groupingBy(Step::route, Collectors.mapping(Step::xml, Collectors.joining())));
            return ROUTE.matcher(routes)
                    .replaceAll(route ->
                            Matcher.quoteReplacement("%s      <processorStats>\n%s      </processorStats>\n"
                                    .formatted(route.group(), steps.getOrDefault(route.group(1), ""))));
        }

        private ObjectName stepsOfThisContext() throws JMException {
            return new ObjectName("%s:context=%s,type=processors,*"
                    .formatted(
                            management.getManagementAgent().getMBeanObjectDomainName(),
                            getContext().getManagementName()));
        }

        private static Step step(ManagedProcessorMBean step, boolean fullStats) {
            var line = step.getSourceLineNumber();
            var counters = step.dumpStatsAsXml(fullStats).substring("<stats ".length());
            var xml = """
                            <processorStat id="%s" index="%s" state="%s" disabled="%s" sourceLineNumber="%s" exchangesInflight="%s" %s
                    """.formatted(
                            step.getProcessorId(),
                            step.getIndex(),
                            step.getState(),
                            step.getDisabled(),
                            line == null ? -1 : line,
                            step.getExchangesInflight(),
                            counters);
            return new Step(step.getRouteId(), step.getIndex(), xml);
        }

        private record Step(String route, Integer index, String xml) {}
    }
}
