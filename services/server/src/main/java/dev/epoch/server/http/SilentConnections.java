package dev.epoch.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.AttributeKey;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Closes connections whose client is silent while it is the client's turn: before the headers of a
 * request are complete, and between requests. While a request is worked on the client has nothing
 * to say; then the framework's own limit holds, which counts both directions.
 */
@Singleton
public class SilentConnections implements HttpServerOptionsCustomizer {
  /** Of everything that sees a request, the first. */
  private static final int FIRST = 20_000;

  /** The framework's name for what watches a connection. */
  private static final String NAME = "idle";

  private static final AttributeKey<Watch> WATCHES =
      AttributeKey.valueOf(SilentConnections.class, "watch");

  private final Duration patience;
  private final Duration idle;

  SilentConnections(
      @ConfigProperty(name = "epoch.api.read-timeout") Duration patience,
      @ConfigProperty(name = "quarkus.http.idle-timeout", defaultValue = "30M") Duration idle) {
    this.patience = patience.multipliedBy(2);
    this.idle = idle;
  }

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    options.setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
    options.setIdleTimeout(Math.toIntExact(idle.toMillis()));
    options.setReadIdleTimeout(Math.toIntExact(patience.toMillis()));
    // before it knows whether a client will speak HTTP/2 the framework waits without end
    options.setHttp2ClearTextEnabled(false);
  }

  void register(@Observes Filters filters) {
    filters.register(this::working, FIRST);
  }

  private void working(RoutingContext context) {
    if (context.request().connection() instanceof ConnectionBase connection) {
      Channel channel = connection.channel();
      Watch watch = watch(channel);
      watch.begun();
      context.addEndHandler(end -> channel.eventLoop().execute(watch::ended));
    }
    context.next();
  }

  /** The connection's own, which takes the place of the framework's with the first request. */
  private Watch watch(Channel channel) {
    Watch known = channel.attr(WATCHES).get();
    if (known != null) {
      return known;
    }
    Watch watch = new Watch(patience, idle);
    channel.attr(WATCHES).set(watch);
    if (channel.pipeline().get(NAME) != null) {
      channel.pipeline().replace(NAME, NAME, watch);
    }
    return watch;
  }

  /** Knows whether it is the client's turn. On the connection's event loop. */
  private static final class Watch extends IdleStateHandler {
    private int requests;

    Watch(Duration patience, Duration idle) {
      super(patience.toMillis(), 0, idle.toMillis(), TimeUnit.MILLISECONDS);
    }

    void begun() {
      requests++;
    }

    void ended() {
      requests--;
      resetReadTimeout();
    }

    @Override
    protected void channelIdle(ChannelHandlerContext context, IdleStateEvent event)
        throws Exception {
      if (requests == 0 || event.state() != IdleState.READER_IDLE) {
        super.channelIdle(context, event);
      }
    }
  }
}
