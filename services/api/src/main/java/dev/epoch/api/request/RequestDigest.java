package dev.epoch.api.request;

import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Digests the body of a request that carries an idempotency key while it is read, so that the key
 * can be told from that of another request.
 */
public class RequestDigest {
  private final ApiRequest request;

  @Inject
  public RequestDigest(ApiRequest request) {
    this.request = request;
  }

  /** Before {@link BodyLimit}, whose stream is the one that tells the reader of its costs. */
  @ServerRequestFilter(priority = 1_000)
  public void digest(ContainerRequestContext context) {
    boolean mayHaveBody = !context.getMethod().equals("GET") && !context.getMethod().equals("HEAD");
    if (mayHaveBody && context.getHeaderString(ApiRequest.IDEMPOTENCY_KEY) != null) {
      MessageDigest body = sha256();
      InputStream entity = context.getEntityStream();
      context.setEntityStream(new DigestInputStream(entity, body));
      request.digesting(context.getMethod(), body);
    }
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException everyJvmHasIt) {
      throw new IllegalStateException(everyJvmHasIt);
    }
  }
}
