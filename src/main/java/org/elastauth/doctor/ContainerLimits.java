package org.elastauth.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The limits of the container, or of the service, in which this process runs: of cgroup v2, else of
 * v1.
 *
 * @param root usually /sys/fs/cgroup
 */
record ContainerLimits(Path root) {
  /** cgroup v1 has no word for "no limit", but a number near 2^63. */
  private static final long UNLIMITED = 1L << 60;

  static ContainerLimits ofThisProcess() {
    return new ContainerLimits(Path.of(File.separator, "sys", "fs", "cgroup"));
  }

  /** Bytes; empty without a limit. */
  Optional<Long> memory() {
    return first("memory.max")
        .or(() -> first("memory/memory.limit_in_bytes"))
        .filter(bytes -> bytes < UNLIMITED);
  }

  /** How many processors may be used, also a part of one; empty without a limit. */
  Optional<Double> processors() {
    Optional<Double> newer =
        read("cpu.max")
            .map(text -> text.split(" "))
            .filter(parts -> parts.length == 2 && isNumber(parts[0]) && isNumber(parts[1]))
            .map(parts -> Double.parseDouble(parts[0]) / Double.parseDouble(parts[1]));
    return newer.or(
        () ->
            first("cpu/cpu.cfs_quota_us")
                .flatMap(
                    quota ->
                        first("cpu/cpu.cfs_period_us").map(period -> (double) quota / period)));
  }

  /** How many processes and threads there may be; empty without a limit. */
  Optional<Long> threads() {
    return first("pids.max").or(() -> first("pids/pids.max"));
  }

  private Optional<Long> first(String file) {
    return read(file).filter(ContainerLimits::isNumber).map(Long::parseLong);
  }

  private Optional<String> read(String file) {
    try {
      return Optional.of(Files.readString(root.resolve(file)).strip());
    } catch (IOException missing) {
      return Optional.empty();
    }
  }

  /** Neither the word max nor -1. */
  private static boolean isNumber(String text) {
    return text.matches("[1-9]\\d{0,18}")
        && (text.length() < 19 || text.compareTo("9223372036854775807") <= 0);
  }
}
