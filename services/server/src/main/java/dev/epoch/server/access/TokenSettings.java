package dev.epoch.server.access;

import dev.epoch.server.StartRefusedException;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whose tokens are accepted beside keys of the API; none unless an issuer is named. */
@Singleton
public class TokenSettings {
  private final Optional<String> issuer;
  private final Optional<String> clientId;
  private final String userClaim;
  private final String groupsClaim;
  private final List<String> administrators;

  TokenSettings(
      @ConfigProperty(name = "epoch.oauth.oidc.issuer") Optional<String> issuer,
      @ConfigProperty(name = "epoch.oauth.oidc.client-id") Optional<String> clientId,
      @ConfigProperty(name = "epoch.oauth.user-claim", defaultValue = "sub") String userClaim,
      @ConfigProperty(name = "epoch.oauth.groups-claim", defaultValue = "groups")
          String groupsClaim,
      @ConfigProperty(name = "epoch.oauth.admin-groups") Optional<List<String>> administrators) {
    this.issuer = issuer;
    this.clientId = clientId;
    this.userClaim = userClaim;
    this.groupsClaim = groupsClaim;
    this.administrators = administrators.orElse(List.of());
  }

  /**
   * Looks at what is set.
   *
   * @throws StartRefusedException if tokens could not be told to be for this server, or would be
   *     trusted over a connection that anybody may have changed
   */
  void check() {
    if (issuer.isEmpty()) {
      return;
    }
    if (clientId.isEmpty()) {
      throw new StartRefusedException(
          "EPOCH_OAUTH_OIDC_ISSUER is set without EPOCH_OAUTH_CLIENT_ID: tokens that the issuer made for others"
              + " would be accepted. Set it to the id that the issuer knows this server by. See docs/security.md");
    }
    URI address = URI.create(issuer.get());
    boolean here = List.of("localhost", "127.0.0.1", "[::1]").contains(address.getHost());
    if (!"https".equals(address.getScheme()) && !("http".equals(address.getScheme()) && here)) {
      throw new StartRefusedException(
          "EPOCH_OAUTH_OIDC_ISSUER is '%s': give its https address".formatted(issuer.get()));
    }
  }

  Optional<String> issuer() {
    return issuer;
  }

  /** What the audience of a token must name. */
  String clientId() {
    return clientId.orElseThrow();
  }

  /** The claim whose value is the user's id. */
  String userClaim() {
    return userClaim;
  }

  String groupsClaim() {
    return groupsClaim;
  }

  /** Groups whose members may do everything. */
  List<String> administrators() {
    return administrators;
  }
}
