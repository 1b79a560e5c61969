package org.elastauth.server;

import static org.junit.jupiter.api.parallel.Resources.SYSTEM_OUT;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * A case of a class that is annotated {@link SideBySide} is given what the gateways print. No other
 * case runs meanwhile: it would print too, and the start of a gateway sets up the log anew.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OutputCaptureExtension.class)
@ResourceLock(SYSTEM_OUT)
public @interface ReadsOutput {}
