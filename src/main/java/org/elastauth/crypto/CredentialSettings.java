package org.elastauth.crypto;

import org.elastauth.config.Rules.Matches;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param scope part of every derived key, so that several clusters can share a secret key
 */
public record CredentialSettings(
    @DefaultValue("") @Matches({"[A-Za-z0-9._-]{0,64}", "takes at most 64 of A-Z a-z 0-9 . _ -"})
        String scope) {}
