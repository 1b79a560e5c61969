package org.elastauth.audit;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.elastauth.health.Health;
import org.elastauth.http.DecisionIds;
import org.elastauth.http.Decisions;
import org.elastauth.identity.RoleMapping;
import org.elastauth.net.TrustedProxies;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** With {@code audit.enabled} only, so that nothing of it exists without. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty("elastauth.audit.enabled")
class AuditConfiguration {
  /** Bytes of a file that one request delivers. */
  private static final long DELIVERED_AT_ONCE = 1 << 20;

  /** A file is closed when the one before it was delivered. */
  private static final Duration NEVER = Duration.ofDays(36_500);

  @Bean
  AuditFolder auditFolder(AuditSettings settings, Clock clock) {
    Path folder = Path.of(settings.path()).toAbsolutePath();
    AuditFolder.Limits limits =
        settings.isDelivered()
            ? new AuditFolder.Limits(
                DELIVERED_AT_ONCE, NEVER, Integer.MAX_VALUE, settings.maxBytes(), true)
            : new AuditFolder.Limits(
                (long) settings.maxSizeMb() << 20,
                settings.maxAge(),
                settings.maxFiles(),
                settings.maxBytes(),
                false);
    return new AuditFolder(folder, limits, clock);
  }

  @Bean
  AuditFailures auditFailures(AuditSettings settings, Health health, Ticker ticker) {
    return new AuditFailures(settings.path(), health, ticker);
  }

  @Bean
  AuditLog auditLog(
      AuditSettings settings,
      AuditFolder folder,
      AuditFailures failures,
      Decisions decisions,
      DecisionIds ids,
      TrustedProxies proxies,
      RoleMapping roles,
      MeterRegistry meters,
      @Value("${elastauth.auth_provider}") String provider,
      @Value("${elastauth.user_store}") String userStore) {
    AuditLines lines = new AuditLines(proxies, roles, provider, node());
    AnonymousRefusals anonymous = new AnonymousRefusals(proxies, settings.refusalsPerMinute());
    return new AuditLog(
        settings, userStore, lines, anonymous, folder, failures, decisions, ids, meters);
  }

  private static String node() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException nameless) {
      return "unknown";
    }
  }

  @Bean
  AuditDelivery auditDelivery(AuditFolder folder, AuditFailures failures) {
    return new AuditDelivery(folder, failures);
  }
}
