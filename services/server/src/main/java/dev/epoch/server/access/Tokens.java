package dev.epoch.server.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import dev.epoch.api.error.ApiError;
import dev.epoch.api.json.ApiJson;
import dev.epoch.events.Actor;
import dev.epoch.model.access.Principal;
import dev.epoch.model.access.Principal.How;
import dev.epoch.model.access.Verb;
import dev.epoch.server.access.AccessKeys.Verdict;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Tokens of an OpenID Connect issuer: signed by its keys, for this server, of now. Its
 * configuration and keys are fetched when the first token comes, and again when they change.
 * Blocks; call it on a virtual thread.
 */
@Singleton
public class Tokens {
  private static final Logger LOG = Logger.getLogger(Tokens.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Public keys only: with a shared secret, whoever knows it would make tokens. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private static final Verdict AWAY =
      new Verdict.Refused(
          ApiError.of(
                  503,
                  "NotReadyError",
                  "The issuer of the token cannot be reached, so nobody can say whether it is true",
                  Map.of("remedy", "Ask again, or send a key of the API"))
              .retryAfter(1));

  private final TokenSettings settings;
  private final ReentrantLock fetching = new ReentrantLock();
  private volatile JWTProcessor<SecurityContext> processor;

  Tokens(TokenSettings settings) {
    this.settings = settings;
  }

  /** Whether an issuer is named. */
  boolean accepted() {
    return settings.issuer().isPresent();
  }

  /** Whether a bearer's secret looks like a token; keys of the API have no dots. */
  static boolean isToken(String sent) {
    return sent != null && sent.chars().filter(c -> c == '.').count() == 2;
  }

  /** Whether a request with the token may be answered. */
  Verdict verdict(String token) {
    try {
      return admitted(processor().process(token, null));
    } catch (RemoteKeySourceException | IOException away) {
      LOG.warnf("The issuer %s cannot be asked: %s", settings.issuer().get(), away.getMessage());
      return AWAY;
    } catch (BadJOSEException | JOSEException | ParseException wrong) {
      LOG.debug("A token is not accepted", wrong);
      return refused("it is not of the issuer, not for this server, changed, or has expired");
    }
  }

  private static Verdict refused(String why) {
    return new Verdict.Refused(
        ApiError.of(
            401,
            "UnauthorizedError",
            "The token is not accepted: " + why,
            Map.of(
                "remedy", "Get a new one from the issuer, and send Authorization: Bearer TOKEN")));
  }

  private Verdict admitted(JWTClaimsSet claims) throws ParseException {
    Object user = claims.getClaim(settings.userClaim());
    if (!(user instanceof String id) || id.isBlank() || id.length() > 320) {
      return refused("it has no claim '" + settings.userClaim() + "' that says who it is");
    }
    if (id.startsWith(Actor.OWN) || id.startsWith(Principal.OF_SESSIONS)) {
      return refused("nobody is called '" + id + "'");
    }
    List<String> groups = groups(claims.getClaim(settings.groupsClaim()));
    boolean administrator = groups.stream().anyMatch(settings.administrators()::contains);
    boolean mine = Boolean.TRUE.equals(claims.getClaim("email_verified"));
    String email = mine && claims.getClaim("email") instanceof String text ? text : "";
    return new Verdict.Admitted(
        new Principal(id, groups, How.TOKEN, null, administrator, Verb.all()),
        // names that people choose for themselves are nobody's proof: protections go by names, too
        new Actor(id, id, email),
        false,
        claims.getExpirationTime().toInstant());
  }

  private static List<String> groups(Object claim) {
    List<String> groups = new ArrayList<>();
    if (claim instanceof List<?> list) {
      list.forEach(group -> groups.add(String.valueOf(group)));
    } else if (claim instanceof String one) {
      groups.add(one);
    }
    return groups;
  }

  private JWTProcessor<SecurityContext> processor() throws IOException {
    JWTProcessor<SecurityContext> known = processor;
    if (known != null) {
      return known;
    }
    fetching.lock();
    try {
      if (processor == null) {
        processor = ofIssuer(settings.issuer().orElseThrow());
      }
      return processor;
    } finally {
      fetching.unlock();
    }
  }

  private JWTProcessor<SecurityContext> ofIssuer(String issuer) throws IOException {
    JsonNode configuration =
        fetch(URI.create(issuer.replaceAll("/+$", "") + "/.well-known/openid-configuration"));
    if (!issuer.equals(configuration.path("issuer").asText())) {
      throw new IOException(
          "it calls itself '"
              + configuration.path("issuer").asText()
              + "', which is not its address");
    }
    JWKSource<SecurityContext> keys =
        JWKSourceBuilder.create(URI.create(configuration.path("jwks_uri").asText()).toURL())
            .retrying(true)
            .build();
    DefaultJWTProcessor<SecurityContext> made = new DefaultJWTProcessor<>();
    made.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    made.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
    made.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            settings.clientId(), new JWTClaimsSet.Builder().issuer(issuer).build(), Set.of("exp")));
    return made;
  }

  private static JsonNode fetch(URI address) throws IOException {
    try (HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      HttpResponse<byte[]> answer =
          client.send(
              HttpRequest.newBuilder(address).timeout(PATIENCE).build(),
              BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException(address + " answers " + answer.statusCode());
      }
      return ApiJson.mapper().readTree(answer.body());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
    }
  }
}
