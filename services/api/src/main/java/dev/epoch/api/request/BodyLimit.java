package dev.epoch.api.request;

import dev.epoch.api.error.BodyLostException;
import dev.epoch.api.error.BodyTooLargeException;
import dev.epoch.api.json.JsonCosts;
import io.quarkus.runtime.configuration.MemorySize;
import io.vertx.ext.web.RoutingContext;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerHttpRequest;

/**
 * Bodies are counted while they are read: those whose length nobody declares by themselves, and
 * what they take in memory together with all others.
 */
public class BodyLimit {
  /** Filters with larger numbers come later: what reads the body reads from this one's stream. */
  private static final int LAST = 10_000;

  private final long most;
  private final BodyBudget budget;

  BodyLimit(
      @ConfigProperty(name = "epoch.api.max-body", defaultValue = "64M") MemorySize most,
      BodyBudget budget) {
    this.most = most.asLongValue();
    this.budget = budget;
  }

  @ServerRequestFilter(priority = LAST)
  public void limit(ResteasyReactiveContainerRequestContext request) {
    boolean mayHaveBody = !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
    if (mayHaveBody) {
      BodyBudget.Account account = budget.open();
      request.getServerRequestContext().registerCompletionCallback(end -> account.close());
      Counted body = new Counted(request.getEntityStream(), most, account);
      request.setEntityStream(body);
      if (request.getServerRequestContext() instanceof ServerHttpRequest http) {
        http.unwrap(RoutingContext.class).put(BodyReader.KEY, body);
      }
    }
  }

  private static final class Counted extends FilterInputStream
      implements JsonCosts.Source, BodyReader {
    private final long most;
    private final BodyBudget.Account account;
    private long read;
    private Thread waiting;
    private boolean givenUp;

    Counted(InputStream body, long most, BodyBudget.Account account) {
      super(body);
      this.most = most;
      this.account = account;
    }

    @Override
    public JsonCosts costs() {
      return account;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int units;
      if (isGivenUp()) {
        throw new BodyLostException(null, true);
      }
      waits(Thread.currentThread());
      try {
        units = super.read(target, offset, length);
      } catch (IOException lost) {
        throw new BodyLostException(lost, isGivenUp());
      } finally {
        waits(null);
      }
      count(Math.max(units, 0));
      return units;
    }

    /**
     * The framework reads what is left of a refused body, so that its sender comes to see the
     * answer. It is not waited for longer than for any other.
     */
    @Override
    public void close() {
      if (isGivenUp()) {
        return;
      }
      waits(Thread.currentThread());
      try {
        super.close();
      } catch (IOException lost) {
        // the answer is known by now
      } finally {
        waits(null);
      }
    }

    private synchronized void waits(Thread reader) {
      waiting = reader;
      if (givenUp && reader == null) {
        // of giveUp, which came for this wait
        Thread.interrupted();
      }
    }

    private synchronized boolean isGivenUp() {
      return givenUp;
    }

    @Override
    public synchronized void giveUp() {
      givenUp = true;
      if (waiting != null) {
        waiting.interrupt();
      }
    }

    private void count(int units) {
      read += units;
      if (read > most) {
        throw new BodyTooLargeException();
      }
      account.read(units);
    }
  }
}
