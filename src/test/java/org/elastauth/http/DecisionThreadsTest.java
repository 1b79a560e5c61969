package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.util.concurrent.Rejectable;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pools of threads steps. */
class DecisionThreadsTest {
  private final ExecutorService pool = pool();

  private static ExecutorService pool() {
    ThreadPoolProfile one = new ThreadPoolProfile("one");
    one.setPoolSize(1);
    one.setMaxPoolSize(1);
    one.setMaxQueueSize(1);
    one.setKeepAliveTime(1L);
    one.setTimeUnit(TimeUnit.SECONDS);
    one.setAllowCoreThreadTimeOut(false);
    one.setRejectedPolicy(ThreadPoolRejectedPolicy.Abort);
    return new DecisionThreads().newThreadPool(one, Thread::new);
  }

  @AfterEach
  void stop() {
    DecisionLog.set(null);
    pool.shutdownNow();
  }

  @Test
  void aTaskHasTheDecisionOfTheThreadThatHandsItOver() throws Exception {
    DecisionLog.set("d1");
    assertThat(pool.submit(DecisionLog::current).get()).isEqualTo("d1");
    DecisionLog.set(null);
    assertThat(pool.submit(DecisionLog::current).get()).isNull();
  }

  /** Camel's task of a threads step, which answers its exchange when it is rejected. */
  private record Task(CountDownLatch rejected) implements Runnable, Rejectable {
    @Override
    public void run() {
      try {
        rejected.await();
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void reject() {
      rejected.countDown();
    }
  }

  @Test
  void aTaskThatFindsNoPlaceIsRejectedAsWithoutADecision() {
    DecisionLog.set("d1");
    CountDownLatch rejected = new CountDownLatch(1);
    for (int i = 0; i < 3; i++) {
      pool.execute(new Task(rejected));
    }
    assertThat(rejected.getCount()).isZero();
  }

  @Test
  void anotherTaskThatFindsNoPlaceFails() {
    DecisionLog.set("d1");
    CountDownLatch never = new CountDownLatch(1);
    pool.execute(new Task(never));
    pool.execute(new Task(never));
    assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
  }
}
