package org.elastauth.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.elastauth.http.HttpSettings;

/**
 * Whether memory, processors and file descriptors are enough.
 *
 * @param heap the most that the heap of this JVM takes, in bytes
 */
record LimitFindings(ContainerLimits container, long heap, HttpSettings http)
    implements Area.Examination {
  /** Measured: what the JVM of a gateway takes outside of its heap. */
  private static final long OUTSIDE_OF_HEAP = 130L << 20;

  /** Measured with the options of the image: 145 MiB after 358 000 requests. */
  private static final long LEAST_MEMORY = 192L << 20;

  private static final double LEAST_PROCESSORS = 0.5;
  private static final long LEAST_THREADS = 100;
  private static final long LEAST_FILES = 4_096;

  @Override
  public void into(Findings findings) {
    findings.ok("java", "Java " + Runtime.version() + " on " + System.getProperty("os.name"));
    memory(findings);
    processors(findings);
    container
        .threads()
        .filter(most -> most < LEAST_THREADS)
        .ifPresent(
            most ->
                findings.warning(
                    "threads",
                    "the container may have "
                        + most
                        + " processes and threads, but a gateway needs about 50",
                    "raise the limit (pids) to 200"));
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      files(findings, unix.getMaxFileDescriptorCount());
    }
  }

  private void memory(Findings findings) {
    long limit = container.memory().orElse(Long.MAX_VALUE);
    if (limit == Long.MAX_VALUE) {
      findings.ok(
          "memory", "no limit of a container; the heap of this command takes up to " + mib(heap));
    } else if (limit < LEAST_MEMORY) {
      findings.warning(
          "memory",
          "the container has " + mib(limit) + ", and the kernel may end the gateway under load",
          "give it 256 MiB");
    } else if (heap + OUTSIDE_OF_HEAP > limit) {
      findings.warning(
          "memory",
          "the heap of this command takes up to "
              + mib(heap)
              + ", and the JVM "
              + mib(OUTSIDE_OF_HEAP)
              + " more, but the container has "
              + mib(limit)
              + ": the kernel may end the gateway",
          "set -Xmx to at most " + mib(limit - OUTSIDE_OF_HEAP) + ", or raise the limit");
    } else {
      findings.ok(
          "memory",
          "the container has "
              + mib(limit)
              + "; the heap of this command takes up to "
              + mib(heap));
    }
  }

  private void processors(Findings findings) {
    int visible = Runtime.getRuntime().availableProcessors();
    container
        .processors()
        .ifPresentOrElse(
            limit -> {
              String text =
                  String.format(Locale.ROOT, "the container may use %.1f processors", limit);
              if (limit < LEAST_PROCESSORS) {
                findings.warning(
                    "processors",
                    text + ", with which a start takes half a minute",
                    "give it 1 processor, or give its probes more time");
              } else {
                findings.ok("processors", text);
              }
            },
            () -> findings.ok("processors", "no limit of a container; the machine has " + visible));
  }

  void files(Findings findings, long most) {
    if (most < LEAST_FILES) {
      findings.warning(
          "files",
          "this process may open " + most + " files and connections",
          "raise the limit (ulimit -n) to 65536");
    } else if (most < http.maxConnections()) {
      findings.note(
          "files",
          "this process may open "
              + most
              + " files and connections, but http.max_connections is "
              + http.maxConnections(),
          "raise the limit (ulimit -n), or lower http.max_connections");
    } else {
      findings.ok("files", "this process may open " + most + " files and connections");
    }
  }

  private static String mib(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
