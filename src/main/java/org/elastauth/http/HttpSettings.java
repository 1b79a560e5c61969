package org.elastauth.http;

import java.time.Duration;
import org.elastauth.config.Alias;
import org.elastauth.config.Rules.Between;
import org.springframework.boot.context.properties.bind.DefaultValue;

public record HttpSettings(
    @DefaultValue("16384") @Between({"1024", "1048576"}) int maxRequestLine,
    @DefaultValue("32768") @Between({"1024", "1048576"}) int maxHeaderSize,
    @DefaultValue("20000") @Between({"1", "1048576"}) int maxConnections,
    @DefaultValue("10s") @Alias("server.read_timeout") @Between({"100ms", "24h"})
        Duration requestTimeout,
    @DefaultValue("75s") @Between({"1s", "24h"}) Duration idleTimeout) {}
