package org.elastauth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elastauth.config.TestSettings;
import org.elastauth.server.RedisServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits, files and address: what needs no server. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class MachineTest {
  private static final long MIB = 1 << 20;

  @TempDir Path folder;

  private List<String> limits(long heap) {
    return Found.by(
        new LimitFindings(new ContainerLimits(folder), heap, TestSettings.of(Map.of()).http()));
  }

  private void write(String file, String text) throws Exception {
    Files.createDirectories(folder.resolve(file).getParent());
    Files.writeString(folder.resolve(file), text + "\n");
  }

  @ParameterizedTest
  @CsvSource({
    "memory.max, cpu.max, 20000 100000, pids.max",
    "memory/memory.limit_in_bytes, cpu/cpu.cfs_quota_us, 20000, pids/pids.max"
  })
  void theLimitsOfAContainerAreRead(String memory, String cpu, String quota, String pids)
      throws Exception {
    write(memory, Long.toString(256 * MIB));
    write(cpu, quota);
    write("cpu/cpu.cfs_period_us", "100000");
    write(pids, "60");
    assertThat(limits(48 * MIB))
        .contains(
            "ok memory: the container has 256 MiB; the heap of this command takes up to 48 MiB")
        .anySatisfy(line -> assertThat(line).startsWith("warning processors: ").contains("0.2 "))
        .anySatisfy(line -> assertThat(line).startsWith("warning threads: ").contains("60 "));
    assertThat(limits(200 * MIB))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("warning memory: ")
                    .contains("-Xmx to at most 126 MiB"));
    write(memory, Long.toString(128 * MIB));
    assertThat(limits(32 * MIB))
        .anySatisfy(line -> assertThat(line).startsWith("warning memory: ").contains("128 MiB"));
  }

  @ParameterizedTest
  @CsvSource({
    "memory.max, max, cpu.max, max 100000",
    "memory/memory.limit_in_bytes, 9223372036854771712, cpu/cpu.cfs_quota_us, -1",
    "other, 1, another, 1"
  })
  void noLimitIsNoFinding(String memory, String limit, String cpu, String quota) throws Exception {
    write(memory, limit);
    write(cpu, quota);
    assertThat(limits(48 * MIB))
        .contains("ok memory: no limit of a container; the heap of this command takes up to 48 MiB")
        .anyMatch(
            line -> line.matches("ok processors: no limit of a container; the machine has \\d+"));
  }

  private Path file(String name, String rights) throws Exception {
    Path file = Files.writeString(folder.resolve(name), "x");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
  }

  @Test
  void whoCanChangeFilesAndReadSecretsIsFound() throws Exception {
    Path config = file("config.yml", "rw-rw-rw-");
    Path route = file("mine.camel.yaml", "rw-rw-rw-");
    Path open = file("key", "rw-r--r--");
    Path closed = file("password", "rw-------");
    assertThat(Found.by(new FileFindings(List.of(config), List.of(route), Set.of(open), List.of())))
        .anySatisfy(line -> assertThat(line).startsWith("warning " + config).contains("chmod o-w"))
        .anySatisfy(line -> assertThat(line).startsWith("fault " + route).contains("chmod o-w"))
        .anySatisfy(line -> assertThat(line).startsWith("note " + open).contains("chmod o-r"));
    assertThat(
            Found.by(new FileFindings(List.of(closed), List.of(), Set.of(closed), List.of(folder))))
        .anyMatch(
            line ->
                line.startsWith(
                    "ok rights: only the owner can change the files in use (1) and the"))
        .contains(
            "ok " + closed + ": other users cannot read this secret",
            "ok " + folder + ": the cache can be written");
  }

  private static List<String> listen(String address) {
    return Found.by(new ListenFindings(TestSettings.of(Map.of("listen", address))));
  }

  @Test
  void theAddressIsFreeOrTakenOrNotOfThisMachine() throws Exception {
    int port = RedisServer.freePort();
    assertThat(listen("127.0.0.1:" + port))
        .containsExactly("ok listen: no gateway runs here, and the port " + port + " is free");
    assertThat(listen("127.0.0.1:0")).containsExactly("ok listen: any free port");
    assertThat(listen("192.0.2.1:" + port))
        .singleElement()
        .asString()
        .startsWith("fault listen: this process cannot listen on 192.0.2.1:" + port);
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(listen("127.0.0.1:" + other.getLocalPort()))
          .singleElement()
          .asString()
          .startsWith("fault listen: another program listens on port");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.0.0.0/0      | fault   | any host can log in as any user",
        "::/0           | fault   | any host can log in as any user",
        "10.0.0.0/8     | warning | any host in it can log in",
        "203.0.113.7/32 | ok      | is trusted",
        "127.0.0.1/32   | note    | only this machine is trusted",
      })
  void aWideNetworkOfProxiesIsNamed(String block, String level, String text) {
    assertThat(Found.by(new IdentityFindings(TestSettings.of(Map.of("trusted_proxies[0]", block)))))
        .anySatisfy(
            line -> assertThat(line).startsWith(level + " trusted_proxies: ").contains(text));
  }
}
