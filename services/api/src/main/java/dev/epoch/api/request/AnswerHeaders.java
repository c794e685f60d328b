package dev.epoch.api.request;

import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;

/** Tells, with the answer to a command, the log position from which its effect can be read. */
public class AnswerHeaders {
  private final ApiRequest request;

  @Inject
  public AnswerHeaders(ApiRequest request) {
    this.request = request;
  }

  @ServerResponseFilter
  public void tellPosition(ContainerRequestContext asked, ContainerResponseContext answer) {
    if (!asked.getMethod().equals("GET")) {
      request
          .position()
          .ifPresent(position -> answer.getHeaders().putSingle(ApiRequest.POSITION, position));
    }
  }
}
