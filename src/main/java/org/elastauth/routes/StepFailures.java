package org.elastauth.routes;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.processor.WireTapProcessor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.SynchronizationAdapter;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.elastauth.config.FailedStep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds the failed step to failures in an operator's routes, so that the log names it. The steps of
 * packaged routes stay as they are.
 */
final class StepFailures implements InterceptStrategy {
  private static final Logger LOG = LoggerFactory.getLogger(StepFailures.class);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  @Override
  public Processor wrapProcessorInInterceptors(
      CamelContext context, NamedNode node, Processor target, Processor next) {
    if (!String.valueOf(node.getLocation()).startsWith("file:")) {
      return AsyncProcessorConverterHelper.convert(target); // else Camel warns
    }
    String route = String.valueOf(ProcessorDefinitionHelper.getRouteId(node));
    // without the line, which Camel counts from 0 or 1, depending on how a step is written
    String file = node.getLocation().substring("file:".length());
    FailedStep step = new FailedStep(route, String.valueOf(node.getId()), file);
    if (target instanceof WireTapProcessor tap) {
      logFailures(tap, step);
    }
    return new DelegateAsyncProcessor(target) {
      @Override
      public boolean process(Exchange exchange, AsyncCallback callback) {
        return super.process(
            exchange,
            doneSync -> {
              mark(exchange.getException(), step);
              callback.done(doneSync);
            });
      }
    };
  }

  /** Each cause, because Camel passes the innermost exception to the bean that answers. */
  private static void mark(Exception failure, FailedStep step) {
    if (failure != null && FailedStep.of(failure).isEmpty()) {
      FailedStep.causes(failure).forEach(cause -> cause.addSuppressed(step));
    }
  }

  /** Camel drops the failure of a copy, because its route has no error handler. */
  private static void logFailures(WireTapProcessor tap, FailedStep step) {
    Processor prepare = tap.getOnPrepare();
    AtomicLong last = new AtomicLong(System.nanoTime() - MINUTE);
    tap.setOnPrepare(
        copy -> {
          if (prepare != null) {
            prepare.process(copy);
          }
          copy.getExchangeExtension()
              .addOnCompletion(
                  new SynchronizationAdapter() {
                    @Override
                    public void onFailure(Exchange failed) {
                      long then = last.get();
                      long now = System.nanoTime();
                      if (now - then >= MINUTE && last.compareAndSet(then, now)) {
                        log(failed.getException(), step);
                      }
                    }
                  });
        });
  }

  private static void log(Exception failure, FailedStep tap) {
    FailedStep step = FailedStep.of(failure).orElse(tap);
    LOG.atWarn()
        .addKeyValue("route", step.route())
        .addKeyValue("step", step.step())
        .addKeyValue("file", step.file())
        .addKeyValue("reason", FailedStep.reason(failure))
        .log(
            "A copy that the wireTap {} sent was not processed (the same is logged once a minute)",
            tap.step());
  }
}
