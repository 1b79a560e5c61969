package org.elastauth.http;

import java.time.Duration;
import org.elastauth.config.Rules.Between;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param drain from SIGTERM until the last request is answered; new ones are accepted for half of
 *     it
 */
public record ShutdownSettings(@DefaultValue("10s") @Between({"0s", "1h"}) Duration drain) {}
