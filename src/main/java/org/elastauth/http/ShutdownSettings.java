package org.elastauth.http;

import java.time.Duration;
import org.elastauth.config.Rules.Between;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param drain time for pending requests after SIGTERM; new ones are accepted for the first half
 */
public record ShutdownSettings(@DefaultValue("10s") @Between({"0s", "1h"}) Duration drain) {}
