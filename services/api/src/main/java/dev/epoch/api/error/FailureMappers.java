package dev.epoch.api.error;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.hibernate.validator.runtime.jaxrs.ResteasyReactiveViolationException;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.nio.channels.ClosedChannelException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * Where the framework hands failures over. It has mappers of its own for the more special ones, so
 * those are named here one by one.
 */
public final class FailureMappers {
  private static final Logger LOG = Logger.getLogger(FailureMappers.class);

  /** Nobody reads the answer; it is what access logs commonly show then. */
  private static final int CLIENT_LEFT = 499;

  @ServerExceptionMapper(
      value = {
        Throwable.class,
        WebApplicationException.class,
        BadRequestException.class,
        NotFoundException.class,
        NotAllowedException.class,
        NotAcceptableException.class,
        NotSupportedException.class,
        JsonProcessingException.class,
        MismatchedInputException.class,
        InvalidDefinitionException.class,
        ResteasyReactiveViolationException.class
      })
  public Response toResponse(Throwable failure, RoutingContext routing) {
    if (failure instanceof ClosedChannelException || routing.response().closed()) {
      LOG.debugf(failure, "The client left before it was answered");
      return Response.status(CLIENT_LEFT).build();
    }
    return FailureMapping.response(failure);
  }
}
