package dev.epoch.api.event;

import dev.epoch.api.request.RequestLimit;
import io.smallrye.mutiny.Multi;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.core.CurrentRequestManager;

/** Streams of server-sent events that are kept alive, and end when the server stops. */
@Singleton
public class KeptStreams {
  private static final Logger LOG = Logger.getLogger(KeptStreams.class);

  /** Per stream to a client that does not read; an event has up to 256 KiB. */
  private static final int PREFETCH = 1;

  private final OpenStreams streams;
  private final Duration heartBeat;

  KeptStreams(
      OpenStreams streams,
      @ConfigProperty(name = "epoch.events.heart-beat", defaultValue = "15S") Duration heartBeat) {
    this.streams = streams;
    this.heartBeat = heartBeat;
  }

  /** The events of the request that is being answered, with comments in between. */
  public Multi<OutboundSseEvent> kept(Sse sse, Multi<OutboundSseEvent> events) {
    RoutingContext asked = CurrentRequestManager.get().unwrap(RoutingContext.class);
    OutboundSseEvent alive = sse.newEventBuilder().comment("alive").build();
    OutboundSseEvent stop = sse.newEventBuilder().comment("stopping").build();
    Multi<OutboundSseEvent> beats =
        Multi.createFrom()
            .ticks()
            .startingAfter(heartBeat)
            .every(heartBeat)
            .onOverflow()
            .drop()
            .map(tick -> alive);
    Multi<OutboundSseEvent> first = Multi.createFrom().item(alive);
    return Multi.createBy()
        .merging()
        .withConcurrency(4)
        .withRequests(PREFETCH)
        .streams(first, events, beats, streams.stop().map(_ -> stop))
        .select()
        .first(event -> event != stop)
        .onFailure()
        .invoke(failure -> LOG.warnf(failure, "A stream of events ends"))
        .onFailure()
        .recoverWithCompletion()
        .onTermination()
        .invoke(() -> RequestLimit.ended(asked));
  }
}
