package dev.epoch.api.request;

import dev.epoch.api.error.BodyTooLargeException;
import io.quarkus.runtime.configuration.MemorySize;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Bodies whose length nobody declares are counted while they are read. */
public class BodyLimit {
  private final long most;

  BodyLimit(@ConfigProperty(name = "epoch.api.max-body", defaultValue = "64M") MemorySize most) {
    this.most = most.asLongValue();
  }

  @ServerRequestFilter
  public void limit(ContainerRequestContext request) {
    boolean mayHaveBody = !request.getMethod().equals("GET") && !request.getMethod().equals("HEAD");
    if (mayHaveBody && request.getHeaderString(HttpHeaders.CONTENT_LENGTH) == null) {
      request.setEntityStream(new Limited(request.getEntityStream(), most));
    }
  }

  private static final class Limited extends FilterInputStream {
    private final long most;
    private long read;

    Limited(InputStream body, long most) {
      super(body);
      this.most = most;
    }

    @Override
    public int read() throws IOException {
      int unit = super.read();
      count(unit < 0 ? 0 : 1);
      return unit;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int units = super.read(target, offset, length);
      count(Math.max(units, 0));
      return units;
    }

    private void count(int units) {
      read += units;
      if (read > most) {
        throw new BodyTooLargeException();
      }
    }
  }
}
