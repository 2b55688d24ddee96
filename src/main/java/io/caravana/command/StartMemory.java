package io.caravana.command;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;

/**
 * The memory that only the start has needed. Without options Java takes a 64th of the machine's memory at its start and keeps
 * it, however little of it is in use.
 */
final class StartMemory {

    private static final String LEAST_FREE = "MinHeapFreeRatio";
    private static final String MOST_FREE = "MaxHeapFreeRatio";

    private StartMemory() {}

    /** Gives it back, once. What loads may take is the same before and after. */
    static void giveBack() {
        var java = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        if (java == null) {
            return;
        }
        var least = java.getVMOption(LEAST_FREE).getValue();
        var most = java.getVMOption(MOST_FREE).getValue();
        java.setVMOption(LEAST_FREE, "10");
        java.setVMOption(MOST_FREE, "20");
        System.gc();
        // what the first one has found unreachable may have kept more
        System.gc();
        java.setVMOption(MOST_FREE, most);
        java.setVMOption(LEAST_FREE, least);
    }
}
