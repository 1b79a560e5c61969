package org.elastauth.http;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RejectedExecutionHandler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.apache.camel.support.DefaultThreadPoolFactory;
import org.apache.camel.util.concurrent.Rejectable;
import org.apache.camel.util.concurrent.RejectableThreadPoolExecutor;

/** Pools of {@code threads} steps, whose log lines keep the id of the decision. */
public final class DecisionThreads extends DefaultThreadPoolFactory {
  @Override
  public ExecutorService newThreadPool(
      int core,
      int max,
      long keepAlive,
      TimeUnit unit,
      int queue,
      boolean coreMayEnd,
      RejectedExecutionHandler rejected,
      ThreadFactory threads) {
    if (queue <= 0) {
      return super.newThreadPool(core, max, keepAlive, unit, queue, coreMayEnd, rejected, threads);
    }
    Pool pool = new Pool(core, Math.max(core, max), keepAlive, unit, queue);
    pool.setThreadFactory(threads);
    pool.allowCoreThreadTimeOut(coreMayEnd);
    if (rejected != null) {
      pool.setRejectedExecutionHandler(rejected);
    }
    return pool;
  }

  private static final class Pool extends RejectableThreadPoolExecutor {
    Pool(int core, int max, long keepAlive, TimeUnit unit, int queue) {
      super(core, max, keepAlive, unit, new LinkedBlockingQueue<>(queue));
    }

    @Override
    public void execute(Runnable task) {
      String id = DecisionLog.current();
      super.execute(id == null ? task : new Part(id, task));
    }
  }

  private record Part(String id, Runnable task) implements Runnable, Rejectable {
    @Override
    public void run() {
      DecisionLog.run(id, task);
    }

    @Override
    public void reject() {
      if (task instanceof Rejectable known) {
        known.reject();
      } else {
        throw new RejectedExecutionException();
      }
    }
  }
}
