package org.elastauth.config;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.util.Locale;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.logging.structured.StructuredLogFormatter;

/** Logs a JSON object per line, with elastauth's field names. */
public final class JsonLog implements StructuredLogFormatter<ILoggingEvent> {
  private final JsonWriter<ILoggingEvent> writer =
      JsonWriter.<ILoggingEvent>of(
              members -> {
                members.add("level", event -> event.getLevel().toString().toLowerCase(Locale.ROOT));
                members.add("msg", ILoggingEvent::getFormattedMessage);
                members.add("time", event -> event.getInstant().toString());
                members.add("logger", ILoggingEvent::getLoggerName);
                members
                    .from(ILoggingEvent::getMDCPropertyMap)
                    .usingPairs((context, field) -> context.forEach(field));
                members
                    .from(ILoggingEvent::getKeyValuePairs)
                    .whenNotNull()
                    .usingPairs(
                        (pairs, field) ->
                            pairs.forEach(pair -> field.accept(pair.key, pair.value)));
                members
                    .add("error", ILoggingEvent::getThrowableProxy)
                    .whenNotNull()
                    .as(ThrowableProxyUtil::asString);
              })
          .withNewLineAtEnd();

  @Override
  public String format(ILoggingEvent event) {
    return writer.writeToString(event);
  }
}
