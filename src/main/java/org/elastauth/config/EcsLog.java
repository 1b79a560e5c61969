package org.elastauth.config;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.util.Map;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.logging.structured.StructuredLogFormatter;

/**
 * Logs a JSON object per line with the fields of the <a
 * href="https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html">Elastic Common
 * Schema</a>. A value without such a field is below {@code elastauth}: many of their names are
 * objects in the schema, and Elasticsearch would reject the line.
 */
public final class EcsLog implements StructuredLogFormatter<ILoggingEvent> {
  private static final Map<String, String> FIELDS =
      Map.of(
          "user", "user.name",
          "client", "client.ip",
          "path", "url.path",
          "status", "http.response.status_code",
          "outcome", "event.outcome",
          "reason", "event.reason",
          "roles", "user.roles",
          "decision", "http.request.id");

  private final JsonWriter<ILoggingEvent> writer =
      JsonWriter.<ILoggingEvent>of(
              members -> {
                members.add("@timestamp", event -> event.getInstant().toString());
                members.add("log.level", event -> event.getLevel().toString());
                members.add("message", ILoggingEvent::getFormattedMessage);
                members.add("ecs.version", "8.11");
                members.add("service.name", "elastauth");
                members.add("log.logger", ILoggingEvent::getLoggerName);
                members.add("process.thread.name", ILoggingEvent::getThreadName);
                members
                    .from(ILoggingEvent::getMDCPropertyMap)
                    .usingPairs(
                        (context, field) ->
                            context.forEach((key, value) -> field.accept(field(key), value)));
                members
                    .from(ILoggingEvent::getKeyValuePairs)
                    .whenNotNull()
                    .usingPairs(
                        (pairs, field) ->
                            pairs.forEach(
                                pair -> field.accept(field(pair.key), String.valueOf(pair.value))));
                members
                    .add("error.type", ILoggingEvent::getThrowableProxy)
                    .whenNotNull()
                    .as(IThrowableProxy::getClassName);
                members
                    .add("error.stack_trace", ILoggingEvent::getThrowableProxy)
                    .whenNotNull()
                    .as(ThrowableProxyUtil::asString);
              })
          .withNewLineAtEnd();

  private static String field(String key) {
    return FIELDS.getOrDefault(key, "elastauth." + key);
  }

  @Override
  public String format(ILoggingEvent event) {
    return writer.writeToString(event);
  }
}
