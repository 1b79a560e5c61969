package org.elastauth.server;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** A real Redis with TLS, started by docker/redis/start with a file beside it. */
public final class ShippedRedis implements AutoCloseable {
  private static final Path SHIPPED = Path.of("docker", "redis").toAbsolutePath();
  private static final String ADMINISTRATOR = "administrator";

  private final Path folder;
  private final int port = RedisServer.freePort();
  private final ServerProcess process;
  private final RedisClient client;
  private RedisCommands<String, String> admin;

  private ShippedRedis(Path folder, Path program, String file, Certificates certificates) {
    this.folder = folder;
    List<String> command = new ArrayList<>(List.of(SHIPPED.resolve("start").toString(), file));
    try {
      Files.createSymbolicLink(
          Files.createDirectory(folder.resolve("bin")).resolve("redis-server"), program);
      String tls = Files.readString(SHIPPED.resolve("tls.conf"));
      tls = tls.replace("tls-port 6379", "tls-port " + port);
      tls = tls.replace("/run/secrets/redis.crt", certificates.certificate("server").toString());
      tls = tls.replace("/run/secrets/redis.key", certificates.key("server").toString());
      tls = tls.replace("/run/secrets/ca.crt", certificates.certificate("ca").toString());
      Path ownTls = Files.writeString(folder.resolve("tls.conf"), tls);
      command.addAll(List.of("--include", ownTls.toString(), "--bind", "127.0.0.1"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    // sees what the gateway was refused
    command.addAll(List.of("--user", ADMINISTRATOR, "on", ">pw", "~*", "&*", "+@all"));
    this.process =
        ServerProcess.start(
            folder,
            folder.resolve("redis.log"),
            environment -> {
              environment.put("REDIS_PASSWORD_FILE", folder.resolve("password").toString());
              environment.merge(
                  "PATH", folder.resolve("bin").toString(), (path, bin) -> bin + ":" + path);
            },
            command);
    this.client =
        RedisClient.create(
            RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withSsl(true)
                .withVerifyPeer(false)
                .withAuthentication(ADMINISTRATOR, "pw")
                .build());
  }

  /**
   * @param folder its working directory
   * @param program redis-server; null: the Redis 6.2 of the tests
   * @param file {@code cache} or {@code sessions}
   * @param password of the user elastauth
   */
  public static ShippedRedis start(
      Path folder, Path program, String file, String password, Certificates certificates) {
    try {
      Files.writeString(folder.resolve("password"), password + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ShippedRedis redis =
        new ShippedRedis(
            folder,
            program == null ? Path.of(RedisServer.executable()) : program,
            file,
            certificates);
    try {
      Awaitility.await("Redis")
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> redis.process.isAlive() && redis.admin().ping().equals("PONG"));
      return redis;
    } catch (RuntimeException failed) {
      String log = redis.log();
      redis.close();
      throw new IllegalStateException(log, failed);
    }
  }

  /** As an administrator. */
  public synchronized RedisCommands<String, String> admin() {
    if (admin == null) {
      admin = client.connect().sync();
    }
    return admin;
  }

  public String log() {
    try {
      return Files.readString(folder.resolve("redis.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where a gateway finds it. */
  public String url() {
    return "rediss://elastauth@127.0.0.1:" + port;
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ZERO);
    process.close();
  }
}
