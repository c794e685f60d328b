package dev.epoch.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where a run took place.
 *
 * @param load the machine's load average when the run began; well below the number of processors,
 *     or the figures are for direction only
 */
public record Machine(
    String system, String processor, int processors, long memoryMiB, double load) {

  /** This machine. */
  public static Machine now() {
    var machine =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        "%s %s %s".formatted(machine.getName(), machine.getVersion(), machine.getArch()),
        processorName(),
        machine.getAvailableProcessors(),
        machine.getTotalMemorySize() >> 20,
        machine.getSystemLoadAverage());
  }

  /** In one line. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%s, %s, %d processors, %d MiB, load %.1f",
        system,
        processor,
        processors,
        memoryMiB,
        load);
  }

  private static String processorName() {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) {
      return "unknown processor";
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown processor");
    } catch (IOException unreadable) {
      return "unknown processor";
    }
  }
}
