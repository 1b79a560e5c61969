package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownValueTest {
  @ParameterizedTest
  @CsvSource({
    "redis:6379, redis:6379",
    "https://h:9200/x, https://h:9200/x",
    "redis://:pw@h:6379/0, redis://***@h:6379/0",
    "redis://u:p@w@h, redis://***@h",
    "'redis://u:p?w@h', redis://***",
    "'redis://u:p;w@h', redis://***",
    "redis-sentinel://u:p#w@s1/0#main, redis-sentinel://***@s1/0#main",
    "jdbc:h2:./elastauth-cache, jdbc:h2:./elastauth-cache",
    "jdbc:h2:./x;USER=a;PASSWORD=pw, jdbc:h2:./x;***",
    "jdbc:postgresql://h/d?password=p@w, jdbc:postgresql://***",
    "jdbc:postgresql://u:pw@h/d, jdbc:postgresql://***@h/d",
    "jdbc:oracle:thin:scott/pw@//h/d, jdbc:***",
    "jdbc:oracle:thin:scott/p/w@h:1521/d, jdbc:***",
    "jdbc:oracle:thin:scott/pw@h, jdbc:oracle:thin:***@h",
    "user:pw@h:9200, ***@h:9200",
    "name@example.org, name@example.org",
    "HTTPS://u:pw@h, HTTPS://***@h",
  })
  void aUrlIsShownWithoutItsSecrets(String url, String shown) {
    assertThat(ShownValue.url(url)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "folder, files, files",
    "webhook_token, hunter2, ***",
    "api-key, hunter2, ***",
    "dbPassword, hunter2, ***",
    "server, https://u:p@h, https://***@h",
    "slash, https://u:p/w@h/x, ***",
    "hook, https://h/services/hunter2, https://h/***",
    "hours, 8..17, 8..17",
    "path, /var/cache/x, /var/cache/x",
    "dsn, host=h password=hunter2, ***",
    "oracle, jdbc:oracle:thin:scott/hunter2@//h, ***",
    "block, 'https://h\n?api_key=hunter2', ***",
  })
  void theNameOfAnOwnSettingSaysWhetherItIsASecret(String name, String text, String shown) {
    assertThat(ShownValue.own(name, text)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({"PT0S, 0s", "PT1H30M, 1h30m", "PT0.2S, 200ms", "PT49H, 2d1h", "PT75S, 1m15s"})
  void aDurationIsShownAsItIsWritten(Duration time, String shown) {
    assertThat(ShownValue.text(time)).isEqualTo(shown);
    assertThat(Setting.duration(shown)).isEqualTo(time);
  }
}
