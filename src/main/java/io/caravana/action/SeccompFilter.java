package io.caravana.action;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * What a sandboxed process may not ask the kernel for, as a program for seccomp. What it needs none of is answered with EPERM: sockets,
 * other processes' memory, mounts, new namespaces, keys, performance counters, io_uring, memory that no limit counts.
 */
final class SeccompFilter {

    private static final int LOAD = 0x20;
    private static final int EQUAL = 0x15;
    private static final int AT_LEAST = 0x35;
    private static final int ANY_BIT = 0x45;
    private static final int RETURN = 0x06;

    private static final int NUMBER_AT = 0;
    private static final int ARCHITECTURE_AT = 4;
    private static final int FIRST_ARGUMENT_AT = 16;

    private static final int ALLOW = 0x7fff0000;
    private static final int KILL_PROCESS = 0x80000000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;

    /** Above this are the calls of x32, a second way to the same. */
    private static final int X32 = 0x40000000;

    /** CLONE_NEW… for every kind of namespace that clone knows. */
    private static final int NEW_NAMESPACES = 0x7e020000;

    /** From 424 on, the numbers are the same everywhere: io_uring, mounts, pidfd, process_madvise, mount_setattr, quotactl_fd, memfd_secret. */
    private static final int[] EVERYWHERE = {425, 426, 427, 428, 429, 430, 431, 432, 433, 434, 438, 440, 442, 443, 447};

    private static final int CLONE3 = 435;

    /**
     * socket, shmget, shmat, msgget, semget, ptrace, syslog, personality, pivot_root, chroot, acct, mount, umount2, swapon, swapoff, reboot,
     * sethostname, setdomainname, iopl, ioperm, init_module, delete_module, quotactl, lookup_dcookie, mq_open, kexec_load, add_key,
     * request_key, keyctl, unshare, perf_event_open, fanotify_init, name_to_handle_at, open_by_handle_at, setns, process_vm_readv,
     * process_vm_writev, kcmp, finit_module, memfd_create, kexec_file_load, bpf, userfaultfd.
     */
    private static final int[] X86_64 = {
        41, 29, 30, 68, 64, 101, 103, 135, 155, 161, 163, 165, 166, 167, 168, 169, 170, 171, 172, 173, 175, 176, 179,
        212, 240, 246, 248, 249, 250, 272, 298, 300, 303, 304, 308, 310, 311, 312, 313, 319, 320, 321, 323
    };

    private static final int[] AARCH64 = {
        198, 194, 196, 186, 190, 117, 116, 92, 41, 51, 89, 40, 39, 224, 225, 142, 161, 162, 105, 106, 60, 18, 180, 104,
        217, 218, 219, 97, 241, 262, 264, 265, 268, 270, 271, 272, 273, 279, 294, 280, 282
    };

    private SeccompFilter() {}

    /** The program for a processor, as {@code os.arch} calls it; empty if its calls are not known here. */
    static Optional<byte[]> of(String architecture) {
        return switch (architecture) {
            case "amd64" -> Optional.of(program(0xc000003e, X86_64, 56));
            case "aarch64" -> Optional.of(program(0xc00000b7, AARCH64, 220));
            default -> Optional.empty();
        };
    }

    private static byte[] program(int architecture, int[] refused, int clone) {
        var program = ByteBuffer.allocate(8 * (refused.length + EVERYWHERE.length + 16))
                .order(ByteOrder.LITTLE_ENDIAN);
        add(program, LOAD, 0, 0, ARCHITECTURE_AT);
        add(program, EQUAL, 1, 0, architecture);
        add(program, RETURN, 0, 0, KILL_PROCESS);
        add(program, LOAD, 0, 0, NUMBER_AT);
        add(program, AT_LEAST, 0, 1, X32);
        add(program, RETURN, 0, 0, KILL_PROCESS);
        // glibc then makes threads with clone, whose flags can be looked at
        add(program, EQUAL, 0, 1, CLONE3);
        add(program, RETURN, 0, 0, ENOSYS);
        // how far it is to the refusal below: four steps after the last of them
        int left = refused.length + EVERYWHERE.length + 3;
        for (int number : refused) {
            add(program, EQUAL, left--, 0, number);
        }
        for (int number : EVERYWHERE) {
            add(program, EQUAL, left--, 0, number);
        }
        // to the end unless it is clone
        add(program, EQUAL, 1, 0, clone);
        add(program, RETURN, 0, 0, ALLOW);
        add(program, LOAD, 0, 0, FIRST_ARGUMENT_AT);
        add(program, ANY_BIT, 0, 1, NEW_NAMESPACES);
        add(program, RETURN, 0, 0, EPERM);
        add(program, RETURN, 0, 0, ALLOW);
        var bytes = new byte[program.position()];
        program.flip().get(bytes);
        return bytes;
    }

    private static void add(ByteBuffer program, int code, int ifTrue, int ifFalse, int value) {
        program.putShort((short) code).put((byte) ifTrue).put((byte) ifFalse).putInt(value);
    }
}
