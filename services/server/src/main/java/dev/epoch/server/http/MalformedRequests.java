package dev.epoch.server.http;

import dev.epoch.api.error.ApiError;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Refuses requests whose address or type of body cannot be read, which the framework would answer
 * without a body, or with a fault.
 */
@Singleton
public class MalformedRequests {
  /** Before everything that looks at paths and types. */
  private static final int FIRST = 10_100;

  /** The framework's own look at addresses, whose refusal has no body. */
  private static final String OTHERS_CHECK_OFF = "vertx.disableURIValidation";

  private static final Pattern MEDIA_TYPE =
      Pattern.compile(
          "\\s*[\\w!#$%&'*+.^`|~-]+/[\\w!#$%&'*+.^`|~-]+"
              + "(\\s*;\\s*[\\w!#$%&'*+.^`|~-]+\\s*=\\s*(\"([^\"\\\\]|\\\\.)*\"|[\\w!#$%&'*+.^`|~-]+))*\\s*;?\\s*");

  private final int longestUri;

  MalformedRequests(@ConfigProperty(name = "epoch.api.max-uri") int longestUri) {
    this.longestUri = longestUri;
  }

  /** Leaves the look at addresses to this filter. To be called before the application starts. */
  public static void replaceOthersCheck() {
    System.setProperty(OTHERS_CHECK_OFF, "true");
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, FIRST);
  }

  private void check(RoutingContext context) {
    Optional<ApiError> problem = problem(context.request());
    if (problem.isPresent()) {
      ErrorAnswer.sendAndLeave(context.request(), problem.get());
    } else {
      context.next();
    }
  }

  private Optional<ApiError> problem(HttpServerRequest request) {
    String uri = request.uri();
    if (uri.length() > longestUri) {
      return Optional.of(
          ApiError.of(
              414,
              "UriTooLongError",
              "The URI has %d characters, more than %d".formatted(uri.length(), longestUri),
              Map.of("remedy", "Send long values in a body; POST /query has params")));
    }
    if (!isDecodable(uri)) {
      return Optional.of(
          ApiError.of(
              400,
              "BadRequestError",
              "The URI is not percent-encoded UTF-8",
              Map.of("remedy", "Percent-encode names and values in it; a percent sign is %25")));
    }
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type != null && !type.isBlank() && !MEDIA_TYPE.matcher(type).matches()) {
      return Optional.of(
          ApiError.of(
              415,
              "UnsupportedMediaTypeError",
              "The Content-Type is malformed",
              Map.of("remedy", "Content-Type: application/json")));
    }
    return Optional.empty();
  }

  /** Whether it is a URI at all, every percent sign begins a code, and the codes are UTF-8. */
  private static boolean isDecodable(String uri) {
    try {
      new URI(uri);
    } catch (URISyntaxException notOne) {
      return false;
    }
    if (uri.indexOf('%') < 0) {
      return true;
    }
    ByteBuffer bytes = ByteBuffer.allocate(uri.length());
    for (int i = 0; i < uri.length(); i++) {
      if (uri.charAt(i) != '%') {
        bytes.put((byte) '.');
        continue;
      }
      int high = i + 2 < uri.length() ? Character.digit(uri.charAt(i + 1), 16) : -1;
      int low = i + 2 < uri.length() ? Character.digit(uri.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        return false;
      }
      bytes.put((byte) (high * 16 + low));
      i += 2;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(bytes.flip());
      return true;
    } catch (CharacterCodingException notUtf8) {
      return false;
    }
  }
}
